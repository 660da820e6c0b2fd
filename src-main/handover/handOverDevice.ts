import type { DeviceMode, ModeSettings, Slice } from '../contract/model'

/** A device with its layout, as much as another tool has to know. */
export interface HandOverDevice {
  readonly name: string
  /** As the other tool counts the GPUs of its machine: the GPU at `/dev/nvidia<index>` with the default order. */
  readonly index: number
  readonly model: string
  readonly mode: DeviceMode
  readonly settings: ModeSettings
  readonly slices: readonly HandOverSlice[]
}

export interface HandOverSlice extends Pick<Slice, 'profile' | 'start' | 'size' | 'memoryMiB'> {
  /** MIG: the compute slices of each compute instance within it, by place; absent for one over the whole. */
  readonly compute?: readonly number[]
}

export interface HandOver {
  readonly files: { name: string, text: string }[]
  /** What the other tool does differently, or has to be told elsewhere. */
  readonly notes: string[]
}

/** `GPU 0 (class-room-a100)`, on one line whatever the name holds, so that it can stand in a comment. */
export function gpuName({ index, name }: HandOverDevice): string {
  return `GPU ${index} (${name.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')})`
}

/** For targets that take the index at its word. */
export const indexNote = 'GPUs are counted in the order of the lab. Check against nvidia-smi -L that each number means the same GPU on the machine.'
