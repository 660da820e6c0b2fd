import type { InferenceSession } from 'onnxruntime-node'
import type { Control, Paused, Recipe, RecipeInput, RecipeOutput } from './recipe'
import type { VadParams } from './vad/params'
import type { SampleRange, SegmenterState } from './vad/segments'
import type { ListenerState } from './vad/silero'
import type { Recording } from './vad/wavFile'
import { TrancheError } from '../contract/errors'
import { openModel, runtimeMessage } from './onnx/openModel'
import { parseVadParams } from './vad/params'
import { createSegmenter } from './vad/segments'
import { checkSilero, createListener } from './vad/silero'
import { sampleRate, windowSamples } from './vad/sound'
import { openRecording, readSamples } from './vad/wavFile'

/** When someone speaks in a recording, in milliseconds from its start. */
export interface VadResult {
  readonly segments: readonly { readonly startMs: number, readonly endMs: number }[]
  readonly durationMs: number
}

/**
 * Finds speech in recordings (uncompressed WAV, one channel, 16 kHz) with Silero VAD (role `model`). A recording is
 * streamed, so that one of hours takes no more memory than one of seconds, and can be left after any window. Settings: see `parseVadParams`.
 */
export const vad: Recipe<Recording> = {
  async open(context) {
    const params = parseVadParams(context.params)
    const { session } = await openModel(context, 'model', checkSilero)
    return {
      batchSize: 1,
      read: readInput,
      compute: (recording, control) => findSpeech(session, recording, params, control),
    }
  },
}

async function readInput(input: RecipeInput): Promise<Recording> {
  if (input.path === null)
    throw new TrancheError('unreadable_input', 'The vad recipe needs a recording: give WAV files as inputs.')
  return openRecording(input.path)
}

/** Where a recording was left: bit for bit all that the model and the rules of segments remember. */
interface Left {
  readonly at: number
  readonly listener: ListenerState
  readonly segmenter: SegmenterState
}

async function findSpeech(session: InferenceSession, recording: Recording, params: VadParams, control: Control): Promise<RecipeOutput | Paused> {
  const left = control.carry === null ? undefined : JSON.parse(Buffer.from(control.carry).toString()) as Left
  const listener = createListener(session, left?.listener)
  const segmenter = createSegmenter(params, windowSamples, sampleRate, left?.segmenter)
  let at = left?.at ?? 0
  for await (const block of readSamples(recording, at)) {
    control.progress()
    for (let within = 0; within < block.length; within += windowSamples) {
      if (control.shouldPause())
        return { paused: Buffer.from(JSON.stringify({ at, listener: listener.state(), segmenter: segmenter.state() } satisfies Left)) }
      segmenter.push(await heard(listener.hear(windowAt(block, within))))
      at += windowSamples
    }
  }
  const result: VadResult = {
    segments: segmenter.finish(recording.samples).map(toMs),
    durationMs: samplesToMs(recording.samples),
  }
  return { result }
}

/** The last window of a recording is filled up with silence. */
function windowAt(block: Float32Array, at: number): Float32Array {
  const window = block.subarray(at, at + windowSamples)
  if (window.length === windowSamples)
    return window
  const filled = new Float32Array(windowSamples)
  filled.set(window)
  return filled
}

async function heard(work: Promise<number>): Promise<number> {
  try {
    return await work
  }
  catch (error) {
    if (error instanceof TrancheError)
      throw error
    throw new TrancheError('bad_model', `The model failed on this recording: ${runtimeMessage(error)}`, { cause: error })
  }
}

function toMs({ start, end }: SampleRange): VadResult['segments'][number] {
  return { startMs: samplesToMs(start), endMs: samplesToMs(end) }
}

function samplesToMs(samples: number): number {
  return Math.round(samples * 1000 / sampleRate)
}
