import type { HeldLease } from '../../contract/model'
import type { Style } from './text'
import { duration, printable, table } from './text'

/** A lease for a person: who holds it and until when, then what it holds. */
export function leaseLines({ id, holder, epoch, expiresAtMs, idleAfterMs, usedAtMs, slices }: HeldLease, nowMs: number, style: Style): string[] {
  const until = [
    ...expiresAtMs === null ? [] : [expiresAtMs > nowMs ? `ends in ${duration(expiresAtMs - nowMs)}` : 'is over'],
    ...idleAfterMs === null ? [] : [`reclaimed after ${duration(idleAfterMs)} without use, used ${duration(Math.max(0, nowMs - usedAtMs))} ago`],
  ]
  return [
    `${style.strong(printable(holder))}  ${printable(id)}  epoch ${epoch}${until.length === 0 ? '' : `  ${until.join('; ')}`}`,
    ...table(slices.map(({ slice, deviceName, profile, start }) => [' ', `${profile}@${start}`, deviceName, slice])),
  ]
}
