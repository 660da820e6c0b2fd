import type { Device, DeviceMode, ModeSettings, Placement, Slice, WantedCut } from '@contract/model'

/** A slice of a draft. */
export interface DraftSlice {
  readonly profile: string
  readonly start: number
  /** Compute slices of its compute instances; absent for one over the whole. */
  readonly compute?: readonly number[]
}

/** A layout as a person wants it, before the device has it. Its slices lie in the order of the axis. */
export interface Draft {
  readonly mode: DeviceMode
  readonly settings: ModeSettings
  readonly slices: readonly DraftSlice[]
}

/** Where a slice lies names it in a draft: no two begin at one slot. */
export type SliceKey = number

/** The layout that a device has, as a draft. */
export function draftOf(device: Pick<Device, 'mode' | 'settings' | 'slices'>): Draft {
  const slices = device.slices.filter(({ parentId }) => parentId === null).map(slice => withCompute(slice, computeOf(slice, device.slices)))
  return { mode: device.mode, settings: device.settings, slices: slices.toSorted(byStart) }
}

export function added(draft: Draft, slice: DraftSlice): Draft {
  return { ...draft, slices: [...draft.slices, slice].toSorted(byStart) }
}

export function removed(draft: Draft, key: SliceKey): Draft {
  return { ...draft, slices: draft.slices.filter(({ start }) => start !== key) }
}

/** The slice at `key` at another start, with its compute instances. */
export function moved(draft: Draft, key: SliceKey, start: number): Draft {
  return { ...draft, slices: draft.slices.map(slice => slice.start === key ? { ...slice, start } : slice).toSorted(byStart) }
}

/** The slice at `key` cut into compute instances; none for one over the whole. */
export function withInstances(draft: Draft, key: SliceKey, compute: readonly number[]): Draft {
  return { ...draft, slices: draft.slices.map(slice => slice.start === key ? withCompute(slice, compute) : slice) }
}

/** A layout from the gallery. Slices keep the compute instances that ones of the same profile had. */
export function replaced(draft: Draft, layout: readonly Pick<Placement, 'profile' | 'start'>[]): Draft {
  const before = [...draft.slices]
  const slices = layout.map((slice) => {
    const at = before.findIndex(({ profile }) => profile === slice.profile)
    return withCompute(slice, at < 0 ? [] : before.splice(at, 1)[0].compute ?? [])
  })
  return { ...draft, slices: slices.toSorted(byStart) }
}

/** Another mode, or other settings of the same. In another mode there are other profiles, so the slices go. */
export function withMode(draft: Draft, mode: DeviceMode, settings: ModeSettings, keepSlices = false): Draft {
  return { mode, settings, slices: keepSlices ? draft.slices : [] }
}

export function sameDraft(a: Draft, b: Draft): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b))
}

/** The draft's slices as calls that change a layout want them. */
export function wantedOf({ slices }: Draft): WantedCut[] {
  return slices.map(({ profile, start, compute }) => ({ profile, start, ...(compute && { compute: [...compute] }) }))
}

function inOrder({ mode, settings, slices }: Draft) {
  const set = Object.entries(settings).filter(([, value]) => value !== undefined && value !== null).toSorted(([a], [b]) => a < b ? -1 : 1)
  return [mode, set, slices.map(({ profile, start, compute }) => [profile, start, compute ?? []])]
}

function withCompute({ profile, start }: DraftSlice, compute: readonly number[]): DraftSlice {
  return compute.length > 0 ? { profile, start, compute } : { profile, start }
}

/** A compute instance's name begins with its compute slices: `2c.3g.40gb` has 2. */
function computeOf({ id }: Slice, slices: readonly Slice[]): number[] {
  return slices.filter(({ parentId }) => parentId === id).toSorted(byStart).map(({ profile }) => Number(/^(\d+)c\./.exec(profile)?.[1] ?? 1))
}

function byStart(a: { readonly start: number }, b: { readonly start: number }): number {
  return a.start - b.start
}
