import type { InferenceSession } from 'onnxruntime-node'
import type { ModelHeader } from '../onnx/header'
import { Tensor } from 'onnxruntime-node'
import { TrancheError } from '../../contract/errors'
import { describeValue } from '../onnx/valueInfo'
import { sampleRate, windowSamples } from './sound'

/** Silero VAD v5 and v6 at 16 kHz want in front of each window the last 64 samples of the one before. */
const contextSamples = 64
/** Recurrent state: [2, batch, 128]. */
const stateShape = [2, 1, 128] as const

/** Listens to one recording from its start: what it heard is part of every answer. */
export interface Listener {
  /** The probability, 0 to 1, that someone speaks in the next 512 samples (values -1 to 1). */
  readonly hear: (window: Float32Array) => Promise<number>
  /** All that another listener needs to go on from here: the model's recurrent state and the last samples heard. */
  readonly state: () => ListenerState
}

export interface ListenerState {
  readonly recurrent: readonly number[]
  readonly context: readonly number[]
}

/** Checks that a model has the inputs and outputs of Silero VAD v5. Throws `bad_model`. */
export function checkSilero(header: ModelHeader): void {
  const inputs = header.inputs.map(({ name }) => name).sort().join()
  const outputs = header.outputs.map(({ name }) => name)
  if (inputs === 'input,sr,state' && outputs.includes('output') && outputs.includes('stateN'))
    return
  const found = header.inputs.map(describeValue).join(', ') || 'none'
  throw new TrancheError('bad_model', `The vad recipe needs Silero VAD v5 or v6, whose inputs are input, state and sr. The inputs of this model: ${found}. Choose another model, or the tensor recipe, which runs any.`)
}

export function createListener(session: InferenceSession, from?: ListenerState): Listener {
  const sr = new Tensor('int64', BigInt64Array.of(BigInt(sampleRate)), [])
  const heard = new Float32Array(contextSamples + windowSamples)
  heard.set(from?.context ?? [])
  let state = new Tensor('float32', Float32Array.from(from?.recurrent ?? new Float32Array(2 * 128)), stateShape)
  return {
    state: () => ({ recurrent: [...state.data], context: [...heard.subarray(0, contextSamples)] }),
    async hear(window) {
      heard.set(window, contextSamples)
      const input = new Tensor('float32', heard, [1, heard.length])
      const { output, stateN } = await session.run({ input, state, sr })
      heard.copyWithin(0, windowSamples)
      if (!(output?.data instanceof Float32Array) || !(stateN?.data instanceof Float32Array))
        throw new TrancheError('bad_model', 'The model did not answer with a probability and its next state, as Silero VAD v5 does.')
      state = stateN as typeof state
      return output.data[0] ?? 0
    },
  }
}
