import type { InferenceSession } from 'onnxruntime-node'
import { basename } from 'node:path'
import { Tensor } from 'onnxruntime-node'
import { TrancheError } from '../../contract/errors'

/** What a role's model takes and gives. Null stands for a size that the recipe chooses at run time. */
interface Signature {
  readonly input: readonly (number | null)[]
  readonly output: readonly (number | null)[]
}

/** The shapes of PP-OCR's three models: batch x BGR x height x width in, and a map, step or angle probabilities out. */
const signatures = {
  detector: { input: [null, 3, null, null], output: [null, 1, null, null] },
  recogniser: { input: [null, 3, 48, null], output: [null, null, null] },
  classifier: { input: [null, 3, null, null], output: [null, 2] },
} as const satisfies Record<string, Signature>

type ModelRole = keyof typeof signatures

/** Throws `bad_model` unless the session has one input and one output of the role's shapes. */
export function checkSignature(role: ModelRole, path: string, session: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>): void {
  const { input, output } = signatures[role]
  const fits = matches(session.inputMetadata, input) && matches(session.outputMetadata, output)
  if (!fits) {
    throw new TrancheError('bad_model', `${basename(path)} cannot serve as the ${role} of text recognition: it takes ${describe(session.inputMetadata)} and gives ${describe(session.outputMetadata)}. Choose the ${role} of a PP-OCR model.`)
  }
}

function matches(values: readonly InferenceSession.ValueMetadata[], wanted: readonly (number | null)[]): boolean {
  const [value] = values
  return values.length === 1 && value.isTensor && value.type === 'float32' && value.shape.length === wanted.length
    && value.shape.every((size, i) => typeof size !== 'number' || wanted[i] === null || size === wanted[i])
}

function describe(values: readonly InferenceSession.ValueMetadata[]): string {
  return values.map(value => value.isTensor ? `${value.type} ${value.shape.map(size => typeof size === 'number' ? size : '?').join(' x ')}` : 'a value that is no tensor').join(', ')
}

/** Runs a model of one input and one output, both float32. */
export async function runModel(session: InferenceSession, data: Float32Array, dims: readonly number[]): Promise<{ data: Float32Array, dims: readonly number[] }> {
  const output = (await session.run({ [session.inputNames[0]]: new Tensor('float32', data, dims) }))[session.outputNames[0]]
  if (!(output.data instanceof Float32Array))
    throw new TrancheError('bad_model', `The model gave ${output.type} values where float32 was expected.`)
  return { data: output.data, dims: output.dims }
}
