import type { DeviceMode, Placement } from '../contract/model'
import type { Engines } from './gpuModel'

/** A slice as a mode would cut it, before it has an id. */
export interface Cut extends Placement {
  readonly memoryMiB: number
  readonly computeShare: number
  readonly sm: number | null
}

export const refusalRules = {
  'unknown-profile': 'the device has no such profile in its mode',
  'illegal-start': 'the profile cannot begin at this slot',
  'overlap': 'another slice holds some of its slots',
  'compute-exhausted': 'the compute slices that are left are too few',
  'memory-exhausted': 'the memory that is left is too small',
  'engines-exhausted': 'the media engines that it needs are taken',
  'too-many-instances': 'the device takes no more of this profile',
  'vendor-table-error': 'the vendor lists more of this type than the card has memory for',
  'one-size-only': 'in equal-size mode every vGPU of a GPU has the same frame buffer',
} as const

export type RefusalRule = keyof typeof refusalRules

/** Why a cut is not allowed: the rule in a word and in a sentence, and the slices that stand in the way. */
export interface Refusal {
  readonly rule: RefusalRule
  readonly message: string
  readonly blockedBy: readonly Placement[]
}

export type CutAnswer = { readonly ok: true, readonly cut: Cut } | { readonly ok: false, readonly refusal: Refusal }

/** A profile on offer: what it takes of the device and what it gives. */
export interface Offer {
  readonly name: string
  /** Slots where it may begin, ascending, and how many it covers. */
  readonly starts: readonly number[]
  readonly size: number
  readonly maxInstances: number
  /** Of `CutRules.computeSlices`; 0 in a mode without compute slices. */
  readonly computeSlices: number
  readonly memoryMiB: number
  /** True where no source tells the usable memory, and `memoryMiB` is a cautious part of the card's. */
  readonly memoryIsEstimate: boolean
  /** Nominal share of the device's compute, 0 to 1. */
  readonly computeShare: number
  readonly sm: number | null
  readonly engines: Engines | null
  readonly profileId: number | null
  readonly note: string | null
}

/**
 * The rules of one mode on one device. Each mode is one file that makes these; nothing else in the product knows how a
 * mode cuts. A set of placements is legal if and only if they can be cut one after the other in some order, and then in
 * every order: a rule never depends on what came first. Only legal starts and overlap look at where a slice lies; every other
 * rule counts the profiles. Planning and placement rely on both.
 */
export interface CutRules {
  readonly mode: DeviceMode
  /** Length of the axis on which slices lie. */
  readonly slots: number
  readonly computeSlices: number | null
  /** Every profile on offer, the largest first. Empty in `shared`, whose profiles are any size: see `offer`. */
  readonly offers: readonly Offer[]
  /** The offer by its name or an alias of it (a MIG-backed vGPU type); undefined if there is none. */
  readonly offer: (name: string) => Offer | undefined
  /** Whether `profile` may be cut at `start` beside the slices that exist. */
  readonly cut: (existing: readonly Placement[], profile: string, start: number) => CutAnswer
}

export function overlaps(a: Placement, b: Placement): boolean {
  return a.start < b.start + b.size && b.start < a.start + a.size
}
