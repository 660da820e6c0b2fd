import type { DeviceMode, Placement } from '../contract/model'

/** A slice as a mode would cut it, before it has an id. */
export interface Cut extends Placement {
  readonly memoryMiB: number
  readonly computeShare: number
  readonly sm: number | null
}

/** Why a cut is not allowed: the rule, and what stands in the way. */
export interface Refusal {
  readonly rule: 'unknown-profile' | 'illegal-start' | 'overlap' | 'compute-exhausted' | 'too-many-instances'
  readonly message: string
  readonly blockedBy: readonly Placement[]
}

export type CutAnswer = { readonly ok: true, readonly cut: Cut } | { readonly ok: false, readonly refusal: Refusal }

/**
 * The rules of one mode on one device. Each mode is one file that makes these; nothing else in the product knows how a
 * mode cuts.
 */
export interface CutRules {
  readonly mode: DeviceMode
  /** Length of the axis on which slices lie. */
  readonly slots: number
  readonly computeSlices: number | null
  readonly profiles: readonly string[]
  /** Whether `profile` may be cut at `start` beside the slices that exist. */
  readonly cut: (existing: readonly Placement[], profile: string, start: number) => CutAnswer
}

export function overlaps(a: Placement, b: Placement): boolean {
  return a.start < b.start + b.size && b.start < a.start + a.size
}
