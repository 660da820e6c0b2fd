import type { Store } from '../store/store'
import type { Ledger } from './ledger'

/** More than can be given out between two flushes. */
const epochsSkipped = 1_000_000

/**
 * Puts every job that was on a slice back into the queue, in its old place and with the results it has, and takes
 * the leases of jobs back; holders outside keep theirs. Used at start, when whoever ran them is dead, and at an orderly close. One transaction.
 */
export function requeueRunning(store: Store, ledger: Ledger, why: 'owner-died' | 'lab-closed'): number {
  return ledger.commit(() => {
    if (why === 'owner-died')
      store.leases.skipEpochs(epochsSkipped)
    const leases = store.leases.live()
    const running = store.jobs.inState('running')
    for (const job of running)
      ledger.endTurn(job, leases.find(lease => lease.holder === job.id), { type: 'requeued', why })
    // A cancelled job keeps its slice until its worker is at a batch's end.
    for (const lease of store.leases.live().filter(({ holderKind }) => holderKind === 'job'))
      ledger.release(lease, why)
    return running.length
  })
}
