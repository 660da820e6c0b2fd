import type { Device, Slice } from '@contract/model'

/** A run of slots on a device's axis: a placed slice, or a stretch that no slice takes. */
export type Stretch
  = | { readonly kind: 'slice', readonly start: number, readonly size: number, readonly slice: Slice }
    | { readonly kind: 'uncut', readonly start: number, readonly size: number }

/** The whole slot axis in order, without holes. */
export function stretches({ slots, slices }: Pick<Device, 'slots' | 'slices'>): Stretch[] {
  const plan: Stretch[] = []
  let next = 0
  for (const slice of slices.toSorted((a, b) => a.start - b.start)) {
    if (slice.start > next)
      plan.push({ kind: 'uncut', start: next, size: slice.start - next })
    plan.push({ kind: 'slice', start: slice.start, size: slice.size, slice })
    next = slice.start + slice.size
  }
  if (next < slots)
    plan.push({ kind: 'uncut', start: next, size: slots - next })
  return plan
}

/** Compute slices that the placed slices take. A MIG profile's name begins with its own: `3g.40gb` takes 3. */
export function computeSlicesTaken(slices: readonly Slice[]): number {
  return slices.reduce((sum, { profile }) => sum + Number(/^(\d+)g\./.exec(profile)?.[1] ?? 0), 0)
}
