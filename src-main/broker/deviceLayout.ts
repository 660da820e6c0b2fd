import type { CutRules } from '../slicing/cutRules'
import type { PlacedSlice } from '../slicing/placedSlice'
import type { DeviceRow } from '../store/devices'
import type { DeviceLayout } from '../store/layoutChanges'
import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import { createHash } from 'node:crypto'
import { TrancheError } from '../contract/errors'
import { destroySlice, insertSlice } from '../inventory/sliceRows'

/** The slices of a device as the planner looks at them: GPU instances with their compute instances and whoever holds any of it. */
export function placedSlices(store: Store, device: DeviceRow): PlacedSlice[] {
  const rows = store.slices.ofDevice(device.id)
  return rows.filter(({ parentId }) => parentId === null).map(({ id, profile, start, size }) => {
    const parts = rows.filter(({ parentId }) => parentId === id)
    const holder = [id, ...parts.map(part => part.id)].map(each => store.leases.onSlice(each)?.holder).find(each => each !== undefined)
    return { id, profile, start, size, holder: holder ?? null, ...(parts.length > 0 && { compute: parts.map(part => part.size) }) }
  })
}

/** All that it takes to cut the device so again. */
export function layoutOf(store: Store, device: DeviceRow): DeviceLayout {
  return {
    mode: device.mode,
    settings: device.settings,
    layout: device.mode === 'shared' ? [] : placedSlices(store, device).map(({ profile, start, compute }) => ({ profile, start, ...(compute && { compute: [...compute] }) })),
  }
}

/** A short name of a layout, other for every other layout. */
export function basisOf(layout: DeviceLayout): string {
  return createHash('sha256').update(JSON.stringify(layout)).digest('hex').slice(0, 16)
}

/**
 * Makes the rows of a device those of a layout; slices that both have stay as they are, with their ids and holders.
 * Called inside a `store.write`. Throws `in_use` where a slice that has to go is held.
 */
export function writeLayout(store: Store, device: DeviceRow, rules: CutRules, wanted: DeviceLayout, nowMs: number): void {
  const isWanted = (slice: Pick<PlacedSlice, 'profile' | 'start' | 'compute'>) => wanted.layout.some(cut => isSame(cut, slice))
  const existing = placedSlices(store, device)
  const staysSame = device.mode === wanted.mode && JSON.stringify(device.settings) === JSON.stringify(wanted.settings)
  const kept = staysSame ? existing.filter(isWanted) : []
  for (const slice of existing.filter(slice => !kept.includes(slice))) {
    const row = store.slices.get(slice.id)
    if (slice.holder !== null)
      throw new TrancheError('in_use', `${slice.profile} at slot ${slice.start} of ${device.name} is held by ${slice.holder}.`, { details: { holders: [slice.holder] }, retryable: true })
    if (row)
      destroySlice(store, row, nowMs)
  }
  if (!staysSame) {
    store.devices.configure(device.id, wanted.mode, wanted.settings)
    store.events.append(nowMs, 'device.configured', device.id, { mode: wanted.mode, settings: wanted.settings })
  }
  const present: SliceRow[] = store.slices.ofDevice(device.id).filter(({ parentId }) => parentId === null)
  for (const { profile, start, compute } of wanted.layout.filter(cut => !kept.some(slice => isSame(cut, slice)))) {
    const answer = rules.cut(present, profile, start)
    if (!answer.ok)
      throw new TrancheError('conflict', answer.refusal.message, { details: { rule: answer.refusal.rule } })
    present.push(insertSlice(store, device.id, rules, { ...answer.cut, compute }, nowMs))
  }
}

function isSame(a: Pick<PlacedSlice, 'profile' | 'start' | 'compute'>, b: Pick<PlacedSlice, 'profile' | 'start' | 'compute'>): boolean {
  return a.profile === b.profile && a.start === b.start && (a.compute ?? []).join() === (b.compute ?? []).join()
}
