import type { InferenceSession } from 'onnxruntime-node'
import type { Recipe, RecipeInput, RecipeOutput } from './recipe'
import type { TensorValue } from './tensor/dtypes'
import type { ModelInput } from './tensor/modelInputs'
import type { OutputSummary } from './tensor/outputs'
import type { TensorParams } from './tensor/params'
import { Tensor } from 'onnxruntime-node'
import { TrancheError } from '../contract/errors'
import { openModel, runtimeMessage } from './onnx/openModel'
import { printable, quoted } from './onnx/printable'
import { readTensorFiles } from './tensor/files'
import { modelInputs } from './tensor/modelInputs'
import { encodeOutputs } from './tensor/outputs'
import { parseTensorParams } from './tensor/params'
import { syntheticTensors } from './tensor/synthetic'

/** What one input of a `tensor` job gives; the outputs themselves are files beside it. */
export interface TensorResult {
  readonly inputs: readonly { readonly name: string, readonly dtype: string, readonly shape: readonly number[] }[]
  readonly outputs: readonly OutputSummary[]
  /** Time inside the model, in milliseconds. */
  readonly runMs: number
  /** What a person should know: outputs that cannot be returned, NaN. */
  readonly notes: readonly string[]
}

type Feeds = ReadonlyMap<string, TensorValue>

/**
 * Runs any ONNX model (role `model`) on tensors: from files (see `readTensorFiles`), or made up where an input has no path.
 * Every output that is a tensor becomes a file. Settings: see `parseTensorParams`.
 */
export const tensor: Recipe<Feeds> = {
  async open(context) {
    const params = parseTensorParams(context.params)
    let inputs: readonly ModelInput[] = []
    const { header, session } = await openModel(context, 'model', (found) => {
      inputs = modelInputs(found)
    })
    const { wanted, notes } = fetchable(session, name => header.outputs.find(output => output.name === name)?.kind)
    return {
      batchSize: 8,
      read: input => readInput(input, inputs, params),
      compute: feeds => run(session, feeds, wanted, params, notes),
    }
  },
}

async function readInput(input: RecipeInput, inputs: readonly ModelInput[], params: TensorParams): Promise<Feeds> {
  return input.path === null
    ? syntheticTensors(inputs, { seed: params.seed, dims: params.dims, index: input.index })
    : readTensorFiles(input.path, inputs)
}

/** The outputs that ONNX Runtime's JavaScript API can return, and a note for each that it cannot. */
function fetchable(session: InferenceSession, kindOf: (name: string) => string | undefined): { readonly wanted: readonly string[], readonly notes: readonly string[] } {
  const wanted: string[] = []
  const notes: string[] = []
  for (const output of session.outputMetadata) {
    // The API collects results in a plain object, where this one name cannot be a key.
    if (output.isTensor && output.name !== '__proto__')
      wanted.push(output.name)
    else
      notes.push(`Output ${quoted(output.name)} was skipped: ${output.isTensor ? 'nothing can be returned under this name' : `it is a ${kindOf(output.name) ?? 'value'}, and only tensors can be returned`}.`)
  }
  if (wanted.length === 0)
    throw new TrancheError('bad_model', `The model has no output that can be returned: ${notes.join(' ') || 'it has none at all.'}`)
  return { wanted, notes }
}

async function run(session: InferenceSession, given: Feeds, wanted: readonly string[], params: TensorParams, notes: readonly string[]): Promise<RecipeOutput> {
  // Without a prototype, so that an input called "constructor" or "__proto__" is a key like any other.
  const feeds = Object.create(null) as Record<string, Tensor>
  for (const [name, value] of given)
    feeds[name] = toRuntime(value)
  const started = performance.now()
  const values = await running(session.run(feeds, wanted))
  const runMs = performance.now() - started
  const outputs = encodeOutputs(values, wanted, params.format)
  const result: TensorResult = {
    inputs: [...given].map(([name, { dtype, shape }]) => ({ name: printable(name), dtype, shape })),
    outputs: outputs.summaries,
    runMs,
    notes: [...notes, ...outputs.notes],
  }
  return { result, files: outputs.files }
}

function toRuntime(value: TensorValue): Tensor {
  return value.dtype === 'string'
    ? new Tensor('string', [...value.data], value.shape)
    : new Tensor(value.dtype as 'float32', value.data as Float32Array, value.shape)
}

/** Fails one input alone where the model cannot run on it. */
async function running<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  }
  catch (error) {
    const message = runtimeMessage(error)
    if (/invalid dimensions|invalid rank|unexpected input data type|invalid feed/i.test(message))
      throw new TrancheError('unreadable_input', `The input does not fit the model: ${message}`, { cause: error })
    throw new TrancheError('bad_model', `The model failed on this input: ${message}`, { cause: error })
  }
}
