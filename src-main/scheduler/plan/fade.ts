/**
 * A mean over the past in which use counts half after each half-life: what it is after `dtMs` more of a constant share.
 *
 * @param previous the mean until now, 0 to 1
 * @param share what was used since then, 0 to 1
 */
export function faded(previous: number, share: number, dtMs: number, halfLifeMs: number): number {
  const kept = 2 ** (-Math.max(0, dtMs) / halfLifeMs)
  return previous * kept + share * (1 - kept)
}

/**
 * Half-life of what tenants used lately. It stands beside the long one so that a tenant that comes back after weeks does not
 * get everything for days, and in place of what it holds at the moment, which in slices is never its very share.
 */
export const recentMs = 600_000
