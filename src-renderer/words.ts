import type { DeviceMode, Item, JobState, RecipeId, SliceUse } from '@contract/model'
import { baseName } from './format'

/** How the window says the contract's codes. */
export const jobStateWords: Record<JobState, string> = {
  queued: 'Queued',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

export const recipeWords: Record<RecipeId, { readonly name: string, readonly does: string }> = {
  ocr: { name: 'OCR', does: 'Finds and reads the text in pictures' },
  vad: { name: 'VAD', does: 'Finds where speech is in WAV recordings' },
  tensor: { name: 'Tensor', does: 'Runs an ONNX model on tensors' },
}

export const modeWords: Record<DeviceMode, string> = {
  passthrough: 'Passthrough',
  sriov: 'SR-IOV',
  vgpu: 'vGPU, time-sliced',
  mig: 'MIG',
  shared: 'Shared',
}

export const workerWords: Record<SliceUse['state'], string> = {
  starting: 'starting',
  idle: 'idle, model in memory',
  running: 'running',
  stopping: 'stopping',
}

export const runtimeSourceWords = {
  download: 'Electron’s own release',
  package: 'found in a package',
  custom: 'chosen by hand',
  none: 'plain Node',
} as const

/** Name of an input in a list: its file's, or its number for one that the recipe makes up. */
export function itemName({ input, index }: Pick<Item, 'input' | 'index'>): string {
  return input === null ? `synthetic input ${index + 1}` : baseName(input)
}
