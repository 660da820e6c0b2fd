import type { Device, Slice } from '@contract/model'
import { gaps } from './editor/axis'

/** A run of a device's axis: a placed slice with its compute instances, or a stretch that no slice takes. */
export type Stretch
  = | { readonly kind: 'slice', readonly start: number, readonly size: number, readonly slice: Slice, readonly instances: readonly Slice[] }
    | { readonly kind: 'uncut', readonly start: number, readonly size: number }

/**
 * The whole axis in order, without holes: in slots, or in MiB for a device in shared mode, whose parts lie nowhere in
 * particular.
 */
export function stretches(device: Pick<Device, 'mode' | 'memoryMiB' | 'slots' | 'slices'>): Stretch[] {
  const length = device.mode === 'shared' ? device.memoryMiB : device.slots
  const placed = device.slices.filter(({ parentId }) => parentId === null).toSorted((a, b) => a.start - b.start)
  let next = 0
  const taken = placed.map((slice): Stretch => {
    const { start, size } = device.mode === 'shared' ? { start: next, size: slice.memoryMiB } : slice
    next = start + size
    return { kind: 'slice', start, size, slice, instances: device.slices.filter(({ parentId }) => parentId === slice.id).toSorted((a, b) => a.start - b.start) }
  })
  const uncut = gaps(length, taken).map((gap): Stretch => ({ kind: 'uncut', ...gap }))
  return [...taken, ...uncut].toSorted((a, b) => a.start - b.start)
}

/** Slices without those that are cut further into compute instances. */
export function leafSlices(slices: readonly Slice[]): Slice[] {
  const parents = new Set(slices.map(({ parentId }) => parentId))
  return slices.filter(({ id }) => !parents.has(id))
}

/** Compute slices that the placed slices take. A MIG profile's name begins with its own: `3g.40gb` takes 3. */
export function computeSlicesTaken(slices: readonly Slice[]): number {
  return slices.filter(({ parentId }) => parentId === null).reduce((sum, { profile }) => sum + Number(/^(\d+)g\./.exec(profile)?.[1] ?? 0), 0)
}
