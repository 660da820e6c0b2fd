import type { Cut, CutRules } from '../slicing/cutRules'
import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import { TrancheError } from '../contract/errors'
import { computeInstanceRules } from '../slicing/modes/computeInstances'
import { newId } from '../store/ids'

/** A slice to be cut, with the compute instances within it: none means one over the whole. */
export interface CutWithCompute extends Cut {
  readonly compute?: readonly number[]
}

/** Writes a cut into the table of slices, with its compute instances. Called inside a `store.write`. */
export function insertSlice(store: Store, deviceId: string, rules: CutRules, { compute = [], ...cut }: CutWithCompute, nowMs: number): SliceRow {
  const row = insertRow(store, { ...cut, deviceId, parentId: null, id: newId('slice'), createdAtMs: nowMs }, nowMs)
  for (const part of cutCompute(rules, cut.profile, compute))
    insertRow(store, { ...part, deviceId, parentId: row.id, id: newId('slice'), createdAtMs: nowMs }, nowMs)
  return row
}

/** Throws a constraint error while the slice is held: whoever may meet that asks first. */
export function destroySlice(store: Store, slice: SliceRow, nowMs: number): void {
  store.slices.remove(slice.id)
  store.events.append(nowMs, 'slice.destroyed', slice.id, { device: slice.deviceId, profile: slice.profile, start: slice.start, size: slice.size })
}

/** Lays compute instances side by side in a GPU instance. Throws `conflict` where they do not fit. */
function cutCompute(rules: CutRules, profile: string, compute: readonly number[]): Cut[] {
  const instance = rules.offer(profile)
  if (compute.length === 0 || !instance)
    return []
  if (rules.mode !== 'mig')
    throw new TrancheError('conflict', `${profile} has no compute instances: only GPU instances of MIG have.`)
  const within = computeInstanceRules(instance)
  const cuts: Cut[] = []
  let start = 0
  for (const size of compute) {
    const answer = within.cut(cuts, `${size}c.${instance.name}`, start)
    if (!answer.ok)
      throw new TrancheError('conflict', `${instance.name} has ${instance.computeSlices} compute slices, and ${compute.map(part => `${part}c`).join(' + ')} do not fit in it. ${answer.refusal.message}`)
    cuts.push(answer.cut)
    start += size
  }
  return cuts
}

function insertRow(store: Store, row: SliceRow, nowMs: number): SliceRow {
  store.slices.insert(row)
  store.events.append(nowMs, 'slice.cut', row.id, { device: row.deviceId, profile: row.profile, start: row.start, size: row.size, ...(row.parentId !== null && { within: row.parentId }) })
  return row
}
