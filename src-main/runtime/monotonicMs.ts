import process from 'node:process'

/** The host's monotonic clock in milliseconds: the same in every process of the host, and never set back. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
