import type { BackendId, DeviceMode, ExportFormat, Item, JobState, JobSummary, ModeSettings, RecipeId, SliceUse } from '@contract/model'
import { baseName } from './format'

/** How the window says the contract's codes. */
export const jobStateWords: Record<JobState, string> = {
  queued: 'Queued',
  running: 'Running',
  suspended: 'Suspended',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

export const recipeWords: Record<RecipeId, { readonly name: string, readonly does: string }> = {
  ocr: { name: 'OCR', does: 'Finds and reads the text in pictures' },
  vad: { name: 'VAD', does: 'Finds where speech is in WAV recordings' },
  tensor: { name: 'Tensor', does: 'Runs an ONNX model on tensors' },
  verify: { name: 'Verify', does: 'Checks a backend against ONNX test folders' },
}

export const backendWords: Record<BackendId, string> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  tensorrt: 'TensorRT',
  directml: 'DirectML',
  coreml: 'Core ML',
}

/** What a move to a place is at. */
export const movingWords: Record<NonNullable<JobSummary['moving']>['phase'], (place: string) => string> = {
  'warming': place => `Moving: warming up on ${place}`,
  'handing-over': place => `Moving: handing over to ${place}`,
}

export const modeWords: Record<DeviceMode, string> = {
  passthrough: 'Passthrough',
  sriov: 'SR-IOV',
  vgpu: 'vGPU, time-sliced',
  mig: 'MIG',
  shared: 'Shared',
}

/** What a mode does, in a sentence. */
export const modeHints: Record<DeviceMode, string> = {
  passthrough: 'The whole device for one holder.',
  sriov: 'Virtual functions, all alike, each for one holder. Their number is set while none is held.',
  vgpu: 'Each vGPU has its own frame buffer; they take turns at the compute.',
  mig: 'Each slice has its own memory and its own multiprocessors.',
  shared: 'Parts of any size. The memory is parted, the compute is not.',
}

export const vgpuModeWords: Record<NonNullable<ModeSettings['vgpuMode']>, string> = {
  equal: 'Equal: one frame-buffer size',
  mixed: 'Mixed: sizes side by side',
}

export const vgpuPolicyWords: Record<NonNullable<ModeSettings['policy']>, string> = {
  'best-effort': 'Best effort: idle turns go on',
  'equal-share': 'Equal share among those that run',
  'fixed-share': 'Fixed share, even if others are absent',
}

export const exportWords: Record<ExportFormat, string> = {
  'mig-parted': 'mig-parted config',
  'nvidia-smi': 'nvidia-smi commands',
  'device-plugin': 'Kubernetes device plugin',
  'slurm': 'Slurm: gres.conf, slurm.conf',
  'vsphere': 'vSphere profile names',
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
