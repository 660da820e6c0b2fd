import type { LeaseRow } from '../store/leases'
import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import { TrancheError } from '../contract/errors'
import { newId } from '../store/ids'

/**
 * Leases: who holds a slice, and since which epoch. These functions are called inside a `store.write` of the caller, so
 * that a lease and the state of the job that holds it change together or not at all.
 */

/** Gives a free slice to a holder under a new epoch. Throws `in_use` if someone holds it. */
export function grant(store: Store, slice: SliceRow, holder: string, nowMs: number): LeaseRow {
  const held = store.leases.live().find(lease => lease.sliceId === slice.id || lease.holder === holder)
  if (held)
    throw new TrancheError('in_use', `Slice ${slice.profile} at slot ${slice.start} cannot be leased to ${holder}: ${held.holder} holds ${held.sliceId}.`, { details: { holder: held.holder } })
  const lease = store.leases.insert({ id: newId('lease'), sliceId: slice.id, holder, grantedAtMs: nowMs })
  store.events.append(nowMs, 'lease.granted', slice.id, { lease: lease.id, holder, epoch: lease.epoch })
  return lease
}

/** Takes a lease back. Releasing one that was released before changes nothing. */
export function release(store: Store, lease: LeaseRow, why: string, nowMs: number): void {
  if (store.leases.release(lease.epoch, nowMs, why))
    store.events.append(nowMs, 'lease.released', lease.sliceId, { lease: lease.id, holder: lease.holder, epoch: lease.epoch, why })
}

/** The live lease that a worker's message speaks under, or null: then the message is void and changes nothing. */
export function leaseInForce(store: Store, holder: string, epoch: number): LeaseRow | null {
  const lease = store.leases.liveOf(holder)
  return lease?.epoch === epoch ? lease : null
}
