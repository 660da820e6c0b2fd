import type { Command } from 'commander'
import type { BackendId } from '../../../contract/model'
import type { Act, VerbContext } from '../context'
import type { ExitStatus } from '../exitStatus'
import type { Session } from '../session'
import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { deviceOf } from '../chooseDevice'
import { exitStatus } from '../exitStatus'
import { followJob } from '../followJob'
import { interruptible } from '../interrupt'
import { backends } from '../runOptions'
import { findCases } from '../verifyCases'
import { isFailure, verifyLines, verifyReport } from '../verifyReport'

interface VerifyOptions {
  readonly profile?: string
  readonly device?: string
  readonly backend?: BackendId[]
  readonly rtol?: number
  readonly atol?: number
  readonly only?: string
}

export function addVerify(program: Command, act: Act): void {
  program.command('verify <dir>')
    .description('run ONNX backend-test cases on a slice, and tell which models do not give what they should')
    .option('--profile <profile>', 'profile of the slice they run on, e.g. 3g.40gb (default: any)')
    .option('--device <device>', 'device they run on: id, the beginning of one, name or label (default: any)')
    .option('--backend <id>', 'what computes them: cpu, webgpu, cuda...; with commas, an order (default: the device\'s own)', backends)
    .option('--rtol <part>', 'difference that is allowed, as a part of the expected number (default: 0.001)', tolerance)
    .option('--atol <number>', 'difference that is allowed beside that (default: 0.00001)', tolerance)
    .option('--only <pattern>', 'cases whose path below DIR holds this, or fits it where it has *')
    .addHelpText('after', `
A case is a folder with model.onnx, and test_data_set_N with input_N.pb and output_N.pb in it. DIR is one, or has them in it.
Exit status: 0 if all pass or are unsupported, 1 if any does not match or fails.`)
    .action((dir: string, options: VerifyOptions, command: Command) => act(command, context => verify(context, resolve(context.cwd, dir), options)))
}

function verify(context: VerbContext, folder: string, options: VerifyOptions): Promise<ExitStatus> {
  const cases = findCases(folder, options.only)
  return interruptible(signal => context.withLab('run', async (lab) => {
    const { output } = context
    const { id } = await submit(lab, folder, cases, options)
    const { job, ended, deviceName } = await followJob(lab, id, output, async () => undefined, signal)
    if (!ended) {
      output.talk(`Stopped waiting. ${id} keeps what it has done: \`tranche jobs ${id} --wait\` waits again, \`tranche cancel ${id}\` stops it.`)
      return exitStatus.interrupted
    }
    const report = await verifyReport(lab, job, folder, deviceName)
    output.answer(report, () => verifyLines(report, output.style))
    return report.cases.some(isFailure) ? exitStatus.failed : exitStatus.done
  }))
}

async function submit(lab: Session, folder: string, cases: string[], { profile, device, backend, rtol, atol }: VerifyOptions) {
  return lab.call('jobs.submit', {
    recipe: 'verify',
    model: folder,
    inputs: cases,
    params: { ...rtol !== undefined && { rtol }, ...atol !== undefined && { atol } },
    ...profile !== undefined && { profile },
    ...device !== undefined && { device: (await deviceOf(lab, device)).id },
    ...backend && { backends: backend },
  })
}

function tolerance(value: string): number {
  const number = Number(value)
  if (value.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError('It is a number from 0: 0.001, or 1e-3.')
  return number
}
