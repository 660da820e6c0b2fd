import { z } from 'zod'
import { errorShape } from '../errors'
import { backendIds, backendReport } from './backends'
import { priorityClasses } from './queues'
import { recipeIds } from './recipes'
import { need, placement } from './slicing'

/** Work that was asked for, and how far it is. */

export const jobStates = ['queued', 'running', 'suspended', 'done', 'failed', 'cancelled'] as const
export const itemStates = ['pending', 'done', 'failed'] as const

export const item = z.object({
  index: z.number().int().nonnegative(),
  /** Path of the input, or null for one the recipe makes up. */
  input: z.string().nullable(),
  state: z.enum(itemStates),
  /** Path of the result as a file, where it was copied to a folder; `jobs.result` and `jobs.export` give what is kept in the lab. */
  output: z.string().nullable(),
  error: errorShape.nullable(),
})

export const timing = z.object({
  submittedAtMs: z.number(),
  startedAtMs: z.number().nullable(),
  endedAtMs: z.number().nullable(),
  /** Time in the queue, over all its turns. */
  queuedMs: z.number(),
  /** Time on a slice, over all its turns. */
  runMs: z.number(),
  /** When the two were added up: the one that is under way goes on from there. */
  asOfMs: z.number(),
})

/** The slice a job runs or last ran on. */
export const jobSlice = placement.extend({ device: z.string(), id: z.string() })

/** How a served model groups the requests that callers send at the same time. */
export const serving = z.object({
  /** Requests that run together at most. */
  maxBatch: z.number().int().min(1).max(1024).default(16),
  /** How long the first of a group waits for others, in milliseconds. */
  maxDelayMs: z.number().min(0).max(1000).default(2),
}).strict()

/** Labels of a job: `course=ml-2`. */
export const labels = z.record(z.string().regex(/^[\w.-]{1,40}$/), z.string().max(100))

/** A job that another one waits for: until it succeeded, or until it ended in any way. */
export const dependency = z.object({ job: z.string().min(1), on: z.enum(['success', 'end']).default('success') }).strict()

/** What happens when a job fails: it is tried again after a delay that doubles with every try. */
export const retries = z.object({
  max: z.number().int().min(0).max(100),
  delayMs: z.number().int().min(0).max(7 * 24 * 3_600_000).default(10_000),
}).strict()

/** A job that started together with others, all or none, as one of `size`. */
export const gang = z.object({ id: z.string(), index: z.number().int(), size: z.number().int() })

export const jobSummary = z.object({
  id: z.string(),
  /** What its submitter calls it; null if nothing. */
  name: z.string().nullable(),
  /** Path of the tenant that asked, and name of the queue that it stands in. */
  tenant: z.string(),
  queue: z.string(),
  priorityClass: z.enum(priorityClasses),
  priority: z.number().int(),
  labels,
  gang: gang.nullable(),
  /** Which try this is, from 1. */
  tries: z.number().int(),
  /** Times it was evicted for others. */
  preemptions: z.number().int(),
  recipe: z.enum(recipeIds),
  model: z.string(),
  /** First input's base name, for a list. */
  title: z.string(),
  state: z.enum(jobStates),
  counts: z.object({ total: z.number(), done: z.number(), failed: z.number() }),
  request: z.object({ profile: z.string().nullable(), device: z.string().nullable(), need: need.nullable() }),
  slice: jobSlice.nullable(),
  /** Why it is not running yet, in words; null unless queued. */
  waiting: z.string().nullable(),
  /** Times its worker died under it. */
  crashes: z.number().int(),
  timing,
  /** Backends it may run on, the first that works first. */
  backends: z.array(z.enum(backendIds)),
  /** What really ran its nodes; null until a model was loaded. */
  ran: backendReport.nullable(),
  /** Times it was moved from one slice to another while it ran, and how long the last move stopped it. */
  moves: z.number().int(),
  lastPauseMs: z.number().nullable(),
  /** Where it is being moved to, or null. */
  moving: z.object({ slice: jobSlice, phase: z.enum(['warming', 'handing-over']) }).nullable(),
  /** Set for a job that answers requests instead of working through inputs. */
  serving: serving.nullable(),
  error: errorShape.nullable(),
})

export const job = jobSummary.extend({
  items: z.array(item),
  outDir: z.string().nullable(),
  /** Longest time without a sign of progress before its worker is taken for hung; null for the default. */
  timeLimitMs: z.number().nullable(),
  params: z.record(z.string(), z.unknown()),
  dependsOn: z.array(dependency),
  /** It does not start before; null for at once. */
  notBeforeMs: z.number().nullable(),
  /** It is stopped then, started or not; null for never. */
  deadlineMs: z.number().nullable(),
  /** Longest time on a slice, over all its turns; null for no bound. */
  maxRunMs: z.number().nullable(),
  retries: retries.nullable(),
})

/** A place that a running job could be moved to, or why it could not. */
export const moveTarget = z.object({
  slice: z.string(),
  device: z.string(),
  deviceName: z.string(),
  profile: z.string(),
  start: z.number(),
  memoryMiB: z.number(),
  ok: z.boolean(),
  /** What stands against it, in words; empty if it would work. */
  reasons: z.array(z.string()),
})

/** What a move did. */
export const moveReport = z.object({
  job: z.string(),
  from: jobSlice,
  to: jobSlice,
  /** From the end of the last batch on the old slice to the begin of the first on the new one. */
  pauseMs: z.number(),
  /** Loading and warming up on the new slice, while the old one went on. */
  warmMs: z.number(),
})

/** A tensor on its way: elements in C order, little endian, as base64. Strings are a JSON array in UTF-8. */
export const wireTensor = z.object({
  name: z.string().min(1).max(512),
  dtype: z.string().min(1).max(20),
  shape: z.array(z.number().int().nonnegative()).max(16),
  data: z.string().max(96 * 1024 * 1024),
}).strict()

export const answer = z.object({
  outputs: z.array(wireTensor),
  /** From the arrival at the worker until its answer, waiting for its group included. */
  latencyMs: z.number(),
  /** Requests that ran together with it, itself included. */
  batch: z.number().int(),
})

export type JobState = typeof jobStates[number]
export type ItemState = typeof itemStates[number]
export type Item = z.infer<typeof item>
export type Dependency = z.infer<typeof dependency>
export type Retries = z.infer<typeof retries>
export type Gang = z.infer<typeof gang>
export type Serving = z.infer<typeof serving>
export type JobSummary = z.infer<typeof jobSummary>
export type Job = z.infer<typeof job>
export type MoveTarget = z.infer<typeof moveTarget>
export type MoveReport = z.infer<typeof moveReport>
export type WireTensor = z.infer<typeof wireTensor>
export type Answer = z.infer<typeof answer>
