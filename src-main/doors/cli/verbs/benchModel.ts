import type { Command } from 'commander'
import type { VgpuPolicy } from '../../../contract/model'
import type { Neighbours } from '../benchModel/plan'
import type { BenchReport } from '../benchModel/report'
import type { Act, VerbContext } from '../context'
import type { ExitStatus } from '../exitStatus'
import { Option } from 'commander'
import { TrancheError } from '../../../contract/errors'
import { vgpuPolicies } from '../../../contract/model'
import { bench, checkSize } from '../benchModel/bench'
import { batches, neighbours, seconds } from '../benchModel/options'
import { outFiles, writeOutFiles } from '../benchModel/outFiles'
import { benchCells, benchNotes, benchTitle } from '../benchModel/table'
import { toSettings } from '../cutOptions'
import { exitStatus } from '../exitStatus'
import { interruptible } from '../interrupt'
import { modelReference } from '../modelReference'
import { dimension, list, wholeNumber } from '../quantities'
import { printable, table } from '../text'

interface BenchModelOptions {
  readonly gpu: string
  /** In `shared` mode parts have no profiles, and functions of SR-IOV differ in nothing. */
  readonly mode: 'mig' | 'vgpu' | 'passthrough'
  readonly policy?: VgpuPolicy
  readonly profiles?: readonly string[]
  readonly batches: readonly number[]
  readonly neighbours: readonly Neighbours[]
  readonly runs: number
  readonly seconds: number
  readonly dim?: Readonly<Record<string, number>>
  readonly out?: readonly string[]
  readonly force?: true
}

export function addBenchModel(program: Command, act: Act): void {
  program.command('bench-model <model>')
    .description('measure latency and throughput of a model over profiles, batch sizes and neighbours, on virtual GPUs that are removed afterwards')
    .option('--gpu <model>', 'GPU to cut; `tranche lab models` lists them', 'A100-80GB')
    .addOption(new Option('--mode <mode>', 'how it is cut').choices(['mig', 'vgpu', 'passthrough']).default('mig'))
    .addOption(new Option('--policy <policy>', 'vgpu: who computes when').choices(vgpuPolicies))
    .option('--profiles <names>', 'profiles to measure: 1g.10gb,3g.40gb (default: the smallest of each share of compute)', list)
    .option('--batches <numbers>', 'how many inputs run as one', batches, [1, 4, 16])
    .option('--neighbours <numbers>', 'how many other slices compute meanwhile; "max" for all', neighbours, [0, 1, 'max' as const])
    .option('--runs <n>', 'most runs that a row counts', wholeNumber, 100)
    .option('--seconds <s>', 'most seconds that a row takes once it computes, for at least three runs', seconds, 5)
    .option('--dim <name=n>', 'size of a symbolic dimension other than the batch (default: 1); may be said again', dimension)
    .option('--out <file...>', 'also write a picture (.svg), a table (.md) or the report (.json)')
    .option('--force', 'with --out: also over files that are there')
    .addHelpText('after', '\nThe results of its runs stay in the state folder as those of any job: name a folder of its own with --state to throw away.')
    .action((given: string, options: BenchModelOptions, command: Command) => act(command, context => benchModel(context, given, options)))
}

async function benchModel(context: VerbContext, given: string, options: BenchModelOptions): Promise<ExitStatus> {
  const { output, cwd } = context
  const { mode, policy, dim = {}, out = [], force = false } = options
  if (policy !== undefined && mode !== 'vgpu')
    throw new TrancheError('invalid_input', `--policy is about vGPUs; it does not go with --mode ${mode}. Leave it away, or say --mode vgpu.`)
  checkSize(options)
  const paths = outFiles(out, cwd, force)
  const model = modelReference(given, cwd)
  const report = await interruptible(signal => context.withLab('run', lab =>
    bench(lab, { ...options, model, settings: toSettings({ policy }), profiles: options.profiles, dims: dim }, output, signal)))
  output.answer(report, () => lines(report, output.style.faint))
  if (report.rows.length > 0) {
    await writeOutFiles(paths, report, cwd, force)
    for (const path of paths)
      output.talk(`Wrote ${path}`)
  }
  if (report.stopped)
    return exitStatus.interrupted
  return report.rows.some(({ ok }) => ok) ? exitStatus.done : exitStatus.failed
}

function lines(report: BenchReport, faint: (text: string) => string): string[] {
  return [
    printable(benchTitle(report)),
    ...table(benchCells(report), (cell, row) => row === 0 ? faint(cell) : cell),
    ...benchNotes(report).map(note => faint(printable(note))),
  ]
}
