import type { InferenceSession } from 'onnxruntime-node'
import type { Recipe, RecipeInput, RecipeOutput, RequestRun } from './recipe'
import type { BatchedOutcome } from './tensor/batching'
import type { ModelInput } from './tensor/modelInputs'
import type { OutputSummary } from './tensor/outputs'
import type { TensorParams } from './tensor/params'
import type { Feeds } from './tensor/runtimeTensor'
import type { Together } from './tensor/together'
import { TrancheError } from '../contract/errors'
import { estimatorOf } from './onnx/memory/estimate'
import { largestBatch } from './onnx/memory/largestBatch'
import { openModel } from './onnx/openModel'
import { printable, quoted } from './onnx/printable'
import { openBatching, singleBatchSize } from './tensor/batching'
import { readTensorFiles } from './tensor/files'
import { modelInputs } from './tensor/modelInputs'
import { encodeOutputs } from './tensor/outputs'
import { mostTogether, parseTensorParams } from './tensor/params'
import { readRequest, writeAnswer } from './tensor/plainTensors'
import { runModel } from './tensor/runtimeTensor'
import { stackingProblem } from './tensor/stack'
import { syntheticTensors } from './tensor/synthetic'
import { createTogether } from './tensor/together'

/** What one input of a `tensor` job gives; the outputs themselves are files beside it. */
export interface TensorResult {
  readonly inputs: readonly { readonly name: string, readonly dtype: string, readonly shape: readonly number[] }[]
  readonly outputs: readonly OutputSummary[]
  /** Time inside the model, in milliseconds: of all inputs together that ran as one. */
  readonly runMs: number
  /** Inputs that ran as one, this one included; absent where none do. */
  readonly batch?: number
  /** The largest batch that fits into the slice, where it was asked for. */
  readonly largestBatch?: number
  /** What a person should know: outputs that cannot be returned, NaN. */
  readonly notes: readonly string[]
}

/**
 * Runs any ONNX model (role `model`) on tensors: from files (see `readTensorFiles`), made up where an input has no path, or from
 * requests. Every output that is a tensor becomes a file, or goes into the answer. Settings: see `parseTensorParams`.
 */
export const tensor: Recipe<Feeds> = {
  async open(context) {
    const params = parseTensorParams(context.params)
    let inputs: readonly ModelInput[] = []
    const { header, session } = await openModel(context, 'model', (found) => {
      inputs = modelInputs(found)
    }, { batch: params.batch === 'max' ? 1 : params.batch, dims: params.dims })
    const { wanted, notes } = fetchable(session, name => header.outputs.find(output => output.name === name)?.kind)
    const { log, memoryMiB } = context
    const run = (feeds: Feeds) => runModel(session, feeds, wanted)
    const estimator = () => estimatorOf(context.files.model, header)
    const together = createTogether({ run, log, problem: stackingProblem(inputs, header.outputs.filter(({ name }) => wanted.includes(name))) })
    const batching = await openBatching({ params, inputs, run, together, estimator, memoryMiB, log })
    const output = (given: Feeds, outcome: BatchedOutcome) => 'failed' in outcome ? outcome : outputOf(given, outcome, { wanted, params, notes })
    return {
      batchSize: batching?.batchSize ?? singleBatchSize,
      read: input => readInput(input, inputs, params),
      compute: async feeds => outputOf(feeds, { ...await run(feeds), together: 1, most: 1 }, { wanted, params, notes }),
      ...batching && { computeTogether: async members => (await batching.compute(members)).map((outcome, place) => output(members[place], outcome)) },
      requests: requestRun(inputs, together, {
        most: () => largestBatch(batch => estimator()({ batch, dims: params.dims }).totalMiB, memoryMiB, mostTogether),
        // Two, so that it is known before the first request whether several may run as one.
        warmUp: async () => void await together.run([0, 1].map(index => syntheticTensors(inputs, { seed: params.seed, dims: params.dims, index }))),
      }),
    }
  },
}

function requestRun(inputs: readonly ModelInput[], together: Together, { most, warmUp }: { readonly most: () => number, readonly warmUp: () => Promise<void> }): RequestRun<Feeds> {
  return {
    read: tensors => readRequest(tensors, inputs),
    kindOf: together.kindOf,
    mostTogether: wanted => together.problem() === null ? Math.max(1, Math.min(wanted, most())) : 1,
    computeTogether: async members => (await together.run(members)).map(outcome => 'failed' in outcome ? outcome : writeAnswer(outcome.values)),
    warmUp,
  }
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

/** What one input gave, as JSON and files. */
function outputOf(given: Feeds, { values, runMs, together, most }: Exclude<BatchedOutcome, { readonly failed: unknown }>, { wanted, params, notes }: { readonly wanted: readonly string[], readonly params: TensorParams, readonly notes: readonly string[] }): RecipeOutput {
  const outputs = encodeOutputs(values, wanted, params.format)
  const result: TensorResult = {
    inputs: [...given].map(([name, { dtype, shape }]) => ({ name: printable(name), dtype, shape })),
    outputs: outputs.summaries,
    runMs,
    ...params.batch !== 1 && { batch: together },
    ...params.batch === 'max' && { largestBatch: most },
    notes: [...notes, ...outputs.notes],
  }
  return { result, files: outputs.files }
}
