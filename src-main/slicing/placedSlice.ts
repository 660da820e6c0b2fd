import type { Placement } from '../contract/model'

/** A slice as it lies on a device, with who holds it. */
export interface PlacedSlice extends Placement {
  readonly id: string
  /** The job or the outside holder of its lease; null if it is free. */
  readonly holder: string | null
  /** Compute instances within it, by compute slices; absent or empty for one over the whole. */
  readonly compute?: readonly number[]
}

export function placementOf({ profile, start, size }: Placement): Placement {
  return { profile, start, size }
}

/** Orders placements along the axis. */
export function byStart(a: Placement, b: Placement): number {
  return a.start - b.start || (a.profile < b.profile ? -1 : Number(a.profile > b.profile))
}
