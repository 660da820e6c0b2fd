import { z } from 'zod'

/** What the scheduler decided, and why. */

/** The rules behind decisions, in words. */
export const rules = {
  'within-guarantee': 'its tenant uses less than it is guaranteed',
  'fair-share': 'its tenant is furthest below its share',
  'only-demand': 'nobody else asks for what it takes',
  'backfill': 'it ends before the job that the slice is kept for can start',
  'idle-capacity': 'a scavenger takes what lies idle',
  'reservation': 'it was first in line, and what was kept for it is free',
  'makes-room': 'it was moved so that another job fits',
  'scavenger-gives-way': 'a scavenger gives way to every other job',
  'guarantee-reclaimed': 'its tenant used more than its guarantee, and the owner of what it borrowed asks for it',
  'window-begins': 'its device is kept for others from now on',
  'drained': 'its device is being emptied',
  'deadline': 'its deadline has passed',
  'run-time': 'it ran for as long as it may',
  'dependency-failed': 'a job that it waits for did not succeed',
  'by-hand': 'a person asked for it',
} as const

export type Rule = keyof typeof rules
export const ruleIds = Object.keys(rules) as [Rule, ...Rule[]]

/** What a job waits for. */
export const waitReasons = ['held', 'not-before', 'dependency', 'model', 'queue-paused', 'cap', 'lending', 'slice', 'gang', 'window', 'device', 'no-such-slice', 'turn', 'scheduler'] as const

export const why = z.object({
  job: z.string(),
  state: z.string(),
  /** In words: what it waits for; of a job that does not wait, why it is where it is. */
  waitsFor: z.string(),
  reason: z.enum(waitReasons).nullable(),
  /** Who has what it waits for: jobs, holders outside, or jobs that it is behind. */
  heldBy: z.array(z.object({ holder: z.string(), what: z.string(), /** When it is expected to let go; null where nothing says. */ untilMs: z.number().nullable() })),
  /** In words: what would let it in. */
  wouldStartIf: z.string(),
  /** Null where nothing says when others end. */
  estimatedStartMs: z.number().nullable(),
  /** Place among the jobs that wait, 1 for the next; null for one that does not wait. */
  place: z.number().int().nullable(),
  /** The decisions that concerned it, newest last: when, what, by which rule, and who was on the other side. */
  decisions: z.array(z.object({ atMs: z.number(), what: z.string(), rule: z.enum(ruleIds).nullable(), words: z.string(), other: z.string().nullable() })),
})

/** A bar of the timeline: a slice is or was or will be held by someone, or kept by a window. */
export const timelineItem = z.object({
  /** Row that it lies in. */
  slice: z.string(),
  kind: z.enum(['past', 'running', 'planned', 'window', 'outside']),
  /** Job, holder or window. */
  holder: z.string(),
  label: z.string(),
  tenant: z.string().nullable(),
  priorityClass: z.string().nullable(),
  fromMs: z.number(),
  /** Null where nothing says when it ends. */
  toMs: z.number().nullable(),
  /** How it ended: done, failed, cancelled, requeued, preempted, moved; null while it has not. */
  ended: z.string().nullable(),
})

export const timeline = z.object({
  nowMs: z.number(),
  rows: z.array(z.object({ slice: z.string(), device: z.string(), deviceName: z.string(), profile: z.string(), start: z.number() })),
  items: z.array(timelineItem),
  /** There were more than asked for; the oldest are left out. */
  truncated: z.boolean(),
})

/** How the scheduler weighs. */
export const schedulerSettings = z.object({
  /** After this time a use counts half, in ms. */
  halfLifeMs: z.number().int().min(1000),
  /** A job's priority grows by one for each such time that it waits; null for no aging. */
  agingMs: z.number().int().min(1000).nullable(),
  /** Whether jobs of lower classes are evicted for others. */
  preemption: z.boolean(),
  /** Whether jobs are moved to make room. */
  moving: z.boolean(),
  /** Blocked jobs for which slices are kept. */
  reservations: z.number().int().min(1).max(256),
  /** Ended jobs are kept for so long, in ms; null for ever. */
  keepJobsMs: z.number().int().min(60_000).nullable(),
  /** The event log is kept for so long, in ms; null for ever. */
  keepEventsMs: z.number().int().min(60_000).nullable(),
  /** A backup is made this often while the lab is open, in ms; null for never. */
  backupEveryMs: z.number().int().min(60_000).nullable(),
  /** Backups kept. */
  keepBackups: z.number().int().min(1).max(1000),
})

export type WaitReason = typeof waitReasons[number]
export type Why = z.infer<typeof why>
export type TimelineItem = z.infer<typeof timelineItem>
export type Timeline = z.infer<typeof timeline>
export type SchedulerSettings = z.infer<typeof schedulerSettings>
