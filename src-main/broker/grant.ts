import type { HolderKind } from '../contract/model'
import type { LeaseRow } from '../store/leases'
import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import { TrancheError } from '../contract/errors'
import { destroySlice } from '../inventory/sliceRows'
import { newId } from '../store/ids'

/**
 * Leases: who holds which slices, and since which epoch. These functions are called inside a `store.write` of the caller,
 * so that a lease and the state of the job that holds it change together or not at all.
 */

export interface Holder {
  readonly name: string
  readonly kind: HolderKind
  readonly role: LeaseRow['role']
  /** When the lease ends unless it is renewed; null for never. */
  readonly expiresAtMs: number | null
  /** How long it may stay unused; null for ever. */
  readonly idleAfterMs: number | null
}

/** A job's lease ends with the job's turn. The `incoming` one is of the slice that it is being moved to. */
export function jobHolder(jobId: string, role: LeaseRow['role'] = 'current'): Holder {
  return { name: jobId, kind: 'job', role, expiresAtMs: null, idleAfterMs: null }
}

/**
 * Gives free slices to a holder under one new epoch. Throws `in_use` if someone holds one of them, or a job holds
 * others; and while the layout of the device changes, except for the jobs that this very change moves.
 */
export function grant(store: Store, slices: readonly SliceRow[], holder: Holder, nowMs: number, duringChange = false): LeaseRow {
  for (const slice of slices) {
    const held = store.leases.onSlice(slice.id) ?? (holder.kind === 'job' ? heldByJob(store, holder) : undefined)
    if (held)
      throw new TrancheError('in_use', `Slice ${slice.profile} at slot ${slice.start} cannot be leased to ${holder.name}: ${held.holder} holds ${held.sliceIds.join(', ')}.`, { details: { holder: held.holder } })
    if (!duringChange && store.layoutChanges.unfinishedOf(slice.deviceId))
      throw new TrancheError('in_use', `Slice ${slice.profile} at slot ${slice.start} cannot be leased now: the layout of its device is being changed.`, { retryable: true })
  }
  const lease = store.leases.insert({
    id: newId('lease'),
    sliceIds: slices.map(({ id }) => id),
    holder: holder.name,
    holderKind: holder.kind,
    role: holder.role,
    grantedAtMs: nowMs,
    expiresAtMs: holder.expiresAtMs,
    idleAfterMs: holder.idleAfterMs,
    usedAtMs: nowMs,
  })
  for (const { id } of slices)
    store.events.append(nowMs, 'lease.granted', id, { lease: lease.id, holder: holder.name, epoch: lease.epoch })
  return lease
}

function heldByJob(store: Store, { name, role }: Holder): LeaseRow | undefined {
  return role === 'current' ? store.leases.ofJob(name) : store.leases.incomingOf(name)
}

/**
 * Takes a lease back. Releasing one that was released before changes nothing. Parts of a device in shared mode were made
 * at the grant, and are gone with it.
 */
export function release(store: Store, lease: LeaseRow, why: string, nowMs: number): void {
  if (!store.leases.release(lease.epoch, nowMs, why))
    return
  for (const sliceId of lease.sliceIds) {
    store.events.append(nowMs, 'lease.released', sliceId, { lease: lease.id, holder: lease.holder, epoch: lease.epoch, why })
    const slice = store.slices.get(sliceId)
    if (slice)
      store.turns.insert({ epoch: lease.epoch, sliceId, deviceId: slice.deviceId, profile: slice.profile, start: slice.start, holder: lease.holder, fromMs: lease.grantedAtMs, toMs: nowMs, ended: why })
    if (slice && store.devices.get(slice.deviceId)?.mode === 'shared')
      destroySlice(store, slice, nowMs)
  }
}

/** The live lease that a worker's message speaks under, or null: then the message is void and changes nothing. */
export function leaseInForce(store: Store, holder: string, epoch: number): LeaseRow | null {
  const lease = store.leases.ofJob(holder)
  return lease?.epoch === epoch ? lease : null
}
