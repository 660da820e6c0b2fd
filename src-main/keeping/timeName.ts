/** A time as part of a file's name, in an order that follows the time: `2026-11-24T04-40-08-123Z`. */
export function timeName(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[:.]/g, '-')
}

/** Reads `timeName`; null for anything else. */
export function timeOf(name: string): number | null {
  const [, date, hours, minutes, seconds, ms] = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/.exec(name) ?? []
  const atMs = Date.parse(`${date}T${hours}:${minutes}:${seconds}.${ms}Z`)
  return Number.isNaN(atMs) ? null : atMs
}
