const minuteMs = 60_000

/** Times that are offered for a lease, in milliseconds; null for never. */
export const endChoices = [
  { words: 'never', ms: null },
  { words: 'after 1 hour', ms: 60 * minuteMs },
  { words: 'after 8 hours', ms: 480 * minuteMs },
  { words: 'after 1 day', ms: 1440 * minuteMs },
] as const

export const idleChoices = [
  { words: 'never', ms: null },
  { words: 'idle for 15 minutes', ms: 15 * minuteMs },
  { words: 'idle for 1 hour', ms: 60 * minuteMs },
  { words: 'idle for 8 hours', ms: 480 * minuteMs },
] as const

/** A year: longer ones are meant to be for ever. */
export const mostMinutes = 525_600

/** Minutes that someone wrote, in milliseconds; undefined unless they are whole ones from 1 to a year. */
export function minutesToMs(minutes: number | ''): number | undefined {
  return minutes !== '' && Number.isInteger(minutes) && minutes >= 1 && minutes <= mostMinutes ? minutes * minuteMs : undefined
}
