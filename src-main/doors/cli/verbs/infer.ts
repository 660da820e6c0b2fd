import type { Command } from 'commander'
import type { Answer, WireTensor } from '../../../contract/model'
import type { Act } from '../context'
import { TrancheError } from '../../../contract/errors'
import { tensorStats } from '../../../recipes/tensor/stats'
import { dimension, wholeNumber } from '../quantities'
import { duration, printable } from '../text'

interface InferOptions {
  readonly input?: readonly string[]
  readonly synthetic?: true
  readonly seed?: number
  readonly dim?: Readonly<Record<string, number>>
}

/** First values of an output that are shown to a person. */
const mostShown = 8

export function addInfer(program: Command, act: Act): void {
  program.command('infer <id>')
    .description('ask a job that was submitted with --serve')
    .option('--input <name=file...>', 'an input of the model and its tensor: a .npy or .pb file')
    .option('--synthetic', 'make the inputs up, where the model is a file')
    .option('--seed <n>', 'with --synthetic: other values', wholeNumber)
    .option('--dim <name=n>', 'with --synthetic: size of a dimension that may vary; again for more', dimension)
    .action((id: string, options: InferOptions, command: Command) => act(command, async ({ output, cwd, withLab }) => {
      checkOptions(options)
      // It brings the reader of ONNX files along, which no other command needs.
      const { fromWire, madeUpTensors, readTensorOption } = await import('../inferTensors')
      const given = await Promise.all((options.input ?? []).map(input => readTensorOption(input, cwd)))
      const answer = await withLab('ask', async lab => lab.call('jobs.infer', {
        id,
        inputs: options.synthetic ? await madeUpTensors(await lab.call('jobs.get', { id }), { seed: options.seed ?? 0, dims: options.dim ?? {} }) : given,
      }))
      output.answer(answer, () => lines(answer, fromWire))
    }))
}

function checkOptions({ input = [], synthetic, seed, dim }: InferOptions): void {
  if (synthetic ? input.length > 0 : input.length === 0)
    throw new TrancheError('invalid_input', 'Give the inputs of the model with --input NAME=FILE, or let them be made up with --synthetic.')
  if (!synthetic && (seed !== undefined || dim))
    throw new TrancheError('invalid_input', '--seed and --dim are about made-up inputs: they go with --synthetic.')
}

type FromWire = typeof import('../inferTensors').fromWire

function lines({ outputs, latencyMs, batch }: Answer, fromWire: FromWire): string[] {
  const others = batch > 1 ? `, together with ${batch - 1} other${batch === 2 ? '' : 's'}` : ''
  return [...outputs.map(output => printable(outputLine(output, fromWire))), `answered in ${latencyMs < 10 ? `${latencyMs.toFixed(1)} ms` : duration(latencyMs)}${others}`]
}

function outputLine(tensor: WireTensor, fromWire: FromWire): string {
  const name = `${tensor.name}  ${tensor.dtype}[${tensor.shape.join(', ')}]`
  const value = fromWire(tensor)
  if (!value)
    return name
  const stats = tensorStats(value)
  const first = [...value.data.slice(0, mostShown)].map(element => stats && typeof element === 'number' && value.dtype.startsWith('float') && value.dtype !== 'float16' ? String(Number(element.toPrecision(5))) : String(element))
  const range = stats && stats.min !== null ? `  ${stats.min} to ${stats.max}${stats.mean === null ? '' : `, mean ${Number(stats.mean.toPrecision(4))}`}` : ''
  // Halves are kept as their bits, which tell a person nothing.
  return value.dtype === 'float16' ? `${name}${range}` : `${name}${range}  ${first.join(' ')}${value.data.length > mostShown ? ' ...' : ''}`
}
