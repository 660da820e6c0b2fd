import { z } from 'zod'

/** The lines that jobs stand in, and the times when devices are kept for someone. */

/** In the order in which they are served. */
export const priorityClasses = ['guaranteed', 'normal', 'scavenger'] as const

/** `paused`: takes jobs and starts none; `closed`: takes none and works off those it has. */
export const queueStates = ['open', 'paused', 'closed'] as const

export const queueName = z.string().regex(/^[\w.-]{1,40}$/, 'a queue\'s name has letters, digits and . _ - only, and at most 40 of them')

export const queueTerms = z.object({
  /**
   * `guaranteed`: first served, and may take back what others borrowed of its tenant's guarantee; `normal`; `scavenger`:
   * runs in what is idle and gives way at once.
   */
  priorityClass: z.enum(priorityClasses),
  /** Of queues of one class the higher goes first. */
  rank: z.number().int().min(-1000).max(1000),
  state: z.enum(queueStates),
  /** Names of tenants (with all below them) that may use it; null for everybody. */
  tenants: z.array(z.string()).nullable(),
  /** Longest run time of a job that names none; null for no bound. */
  defaultMaxRunMs: z.number().int().min(1000).nullable(),
  /** A job of it runs at least this long before it can be evicted. */
  minRunMs: z.number().int().nonnegative(),
})

export const queue = z.object({
  id: z.string(),
  name: queueName,
  terms: queueTerms,
  counts: z.object({ queued: z.number().int(), held: z.number().int(), running: z.number().int() }),
})

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** When a window is open: once, or every week by the clock of a time zone, with its changes of daylight saving. */
export const windowTime = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('once'), fromMs: z.number(), toMs: z.number() }).strict(),
  z.object({
    kind: z.literal('weekly'),
    days: z.array(z.enum(weekdays)).min(1).max(7),
    /** `09:00`; one that ends before it begins ends on the next day. */
    from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is written 09:00'),
    to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is written 12:00'),
    /** IANA name: `Europe/Paris`. */
    zone: z.string().min(1).max(60),
  }).strict(),
])

/** A device is kept for some tenants, or out of use, for a time. */
export const reservedWindow = z.object({
  id: z.string(),
  name: z.string().min(1).max(80),
  /** Devices by id. */
  devices: z.array(z.string()).min(1),
  /** Tenants (with all below them) that may run there meanwhile; empty for maintenance, when nobody does. */
  tenants: z.array(z.string()),
  time: windowTime,
  /** When it is or will be open next; null once it is over for good. */
  next: z.object({ fromMs: z.number(), toMs: z.number() }).nullable(),
})

/** `open`; `cordoned`: what runs goes on, nothing new starts; `draining`: what runs is moved or put back to its queue as well. */
export const availabilities = ['open', 'cordoned', 'draining'] as const

export type PriorityClass = typeof priorityClasses[number]
export type QueueState = typeof queueStates[number]
export type QueueTerms = z.infer<typeof queueTerms>
export type Queue = z.infer<typeof queue>
export type WindowTime = z.infer<typeof windowTime>
export type ReservedWindow = z.infer<typeof reservedWindow>
export type Availability = typeof availabilities[number]
