import type { Store } from '../store/store'
import type { Book } from './book'
import type { Ledger } from './ledger'

/**
 * The clock was set, or the host slept. What counts time that passed (turns in the queue and on slices, signs of use) goes
 * on from the new time as if nothing had been; what names a time of day (deadlines, windows, ends of leases) holds by the
 * new one. The order in line stays: everyone's place moves by the same. One transaction.
 */
export function followClock(store: Store, ledger: Ledger, book: Book, byMs: number, nowMs: number): void {
  ledger.commit(() => {
    for (const job of [...book.jobs()]) {
      const row = ledger.current(job.id)
      if (row)
        ledger.write({ ...row, turnSinceMs: row.turnSinceMs + byMs, place: row.place + byMs })
    }
    store.leases.shiftUse(byMs)
    store.events.append(nowMs, 'lab.clock-jumped', 'lab', { byMs })
  })
}
