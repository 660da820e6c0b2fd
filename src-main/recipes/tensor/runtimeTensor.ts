import type { InferenceSession, OnnxValue } from 'onnxruntime-node'
import type { NumericDtype, TensorValue } from './dtypes'
import { Tensor } from 'onnxruntime-node'
import { TrancheError } from '../../contract/errors'
import { runtimeMessage } from '../onnx/openModel'
import { isDtype } from './dtypes'

/** Tensors by the names of a model's inputs. */
export type Feeds = ReadonlyMap<string, TensorValue>

/** Tensors by the names of a model's outputs; null for one of a type that is not supported here. */
export type Values = ReadonlyMap<string, TensorValue | null>

export interface ModelRun {
  readonly values: Values
  /** Time inside the model, in milliseconds. */
  readonly runMs: number
}

/** Runs a model once. Throws `unreadable_input` where the tensors do not fit it and `bad_model` where it fails on them. */
export async function runModel(session: InferenceSession, given: Feeds, wanted: readonly string[]): Promise<ModelRun> {
  // Without a prototype, so that an input called "constructor" or "__proto__" is a key like any other.
  const feeds = Object.create(null) as Record<string, Tensor>
  for (const [name, value] of given)
    feeds[name] = toRuntime(value)
  const started = performance.now()
  const returned: Readonly<Record<string, OnnxValue | undefined>> = await running(session.run(feeds, wanted))
  const runMs = performance.now() - started
  return {
    values: new Map(wanted.map((name) => {
      const value = returned[name]
      return [name, value === undefined ? null : fromRuntime(value)]
    })),
    runMs,
  }
}

function toRuntime(value: TensorValue): Tensor {
  return value.dtype === 'string'
    ? new Tensor('string', [...value.data], value.shape)
    : new Tensor(value.dtype as 'float32', value.data as Float32Array, value.shape)
}

/** A tensor of ONNX Runtime as ours; null for one of a type that has no file format here (4-bit integers). */
function fromRuntime(value: OnnxValue): TensorValue | null {
  const { type, dims, data } = value as Tensor
  if (!isDtype(type))
    return null
  if (type === 'string')
    return { dtype: type, shape: dims, data: data as string[] }
  const numbers = data as Exclude<Tensor['data'], string[]>
  // From Node 24 on halves arrive as a Float16Array; here they are kept as their bits.
  const plain = type === 'float16' ? new Uint16Array(numbers.buffer, numbers.byteOffset, numbers.length) : numbers
  return { dtype: type as NumericDtype, shape: dims, data: plain as Exclude<TensorValue['data'], readonly string[]> }
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
