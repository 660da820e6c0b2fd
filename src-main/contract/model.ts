import { z } from 'zod'
import { errorShape } from './errors'

/** What the doors show of the lab. Sizes are MiB or bytes and times are milliseconds, as their names say. */

export const deviceKinds = ['cpu', 'gpu', 'virtual-gpu'] as const
export const deviceModes = ['passthrough', 'sriov', 'vgpu', 'mig', 'shared'] as const
export const jobStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export const itemStates = ['pending', 'done', 'failed'] as const
export const recipeIds = ['ocr', 'vad', 'tensor'] as const

export type DeviceKind = typeof deviceKinds[number]
export type DeviceMode = typeof deviceModes[number]
export type JobState = typeof jobStates[number]
export type ItemState = typeof itemStates[number]
export type RecipeId = typeof recipeIds[number]

/** Where a slice lies: `start` and `size` in the slots of its device (memory slots for MIG, one slot for passthrough). */
export const placement = z.object({
  profile: z.string(),
  start: z.number().int().nonnegative(),
  size: z.number().int().positive(),
})

export const lease = z.object({
  id: z.string(),
  /** The job that holds the slice. */
  holder: z.string(),
  epoch: z.number().int().positive(),
  grantedAtMs: z.number(),
})

export const slice = placement.extend({
  id: z.string(),
  /** Memory a workload can use, from driver figures and not from the profile's name. */
  memoryMiB: z.number(),
  /** Share of the device's compute, 0 to 1. */
  computeShare: z.number(),
  /** Multiprocessors of the slice, where its device has them. */
  sm: z.number().nullable(),
  lease: lease.nullable(),
})

export const device = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(deviceKinds),
  model: z.string(),
  mode: z.enum(deviceModes),
  memoryMiB: z.number(),
  /** What really computes: the device itself, or the host's CPU behind a virtual GPU. */
  backing: z.string(),
  /** Length of the slot axis on which slices are placed. */
  slots: z.number().int().positive(),
  /** Compute slices in all (7 for most MIG devices); null where the mode has none. */
  computeSlices: z.number().int().nullable(),
  /** Why a job cannot run on it now, or null. */
  unusable: z.string().nullable(),
  slices: z.array(slice),
})

/** Live use of a slice, from its worker process. */
export const sliceUse = z.object({
  sliceId: z.string(),
  /** CPU time used over wall time since the last sample, 1 = one core. */
  cores: z.number(),
  /** Threads the slice may use. */
  threads: z.number().int(),
  /** Resident memory of the worker process. */
  memoryMiB: z.number(),
  pid: z.number().int(),
  /** `loading`, `idle` (model kept in memory) or `running`. */
  state: z.enum(['starting', 'idle', 'running', 'stopping']),
})

export const catalogFile = z.object({
  role: z.string(),
  /** Path inside the package tarball. */
  path: z.string(),
  sizeBytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

export const catalogEntry = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['model']),
  recipe: z.enum(recipeIds),
  publisher: z.string(),
  description: z.string(),
  task: z.string(),
  licence: z.string(),
  sizeBytes: z.number().int(),
  /** Digest over the digests of its files: changes when any of them does. */
  digest: z.string(),
  source: z.object({
    type: z.literal('package'),
    package: z.string(),
    version: z.string(),
    /** Subresource-integrity string of the tarball. */
    integrity: z.string(),
    homepage: z.string(),
  }),
  files: z.array(catalogFile),
  /** Fetched by the set-up, so that a first job needs no network. */
  default: z.boolean(),
  state: z.enum(['available', 'pulling', 'ready', 'failed']),
  /** 0 to 1 while pulling. */
  progress: z.number(),
  error: errorShape.nullable(),
})

export const item = z.object({
  index: z.number().int().nonnegative(),
  /** Path of the input, or null for one the recipe makes up. */
  input: z.string().nullable(),
  state: z.enum(itemStates),
  /** Path of the result file once there is one. */
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
})

/** The slice a job runs or last ran on. */
export const jobSlice = placement.extend({ device: z.string(), id: z.string() })

export const jobSummary = z.object({
  id: z.string(),
  recipe: z.enum(recipeIds),
  model: z.string(),
  /** First input's base name, for a list. */
  title: z.string(),
  state: z.enum(jobStates),
  counts: z.object({ total: z.number(), done: z.number(), failed: z.number() }),
  request: z.object({ profile: z.string().nullable(), device: z.string().nullable() }),
  slice: jobSlice.nullable(),
  /** Why it is not running yet, in words; null unless queued. */
  waiting: z.string().nullable(),
  /** Times its worker died under it. */
  crashes: z.number().int(),
  timing,
  error: errorShape.nullable(),
})

export const job = jobSummary.extend({
  items: z.array(item),
  outDir: z.string().nullable(),
  params: z.record(z.string(), z.unknown()),
})

/** A line of the append-only event log. */
export const eventRow = z.object({
  seq: z.number().int(),
  atMs: z.number(),
  /** `job.queued`, `slice.leased`, `worker.exited`, ... */
  type: z.string(),
  /** The id of what it happened to. */
  subject: z.string(),
  data: z.record(z.string(), z.unknown()),
})

export const check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })

export type Placement = z.infer<typeof placement>

export type Slice = z.infer<typeof slice>
export type Device = z.infer<typeof device>
export type SliceUse = z.infer<typeof sliceUse>
export type CatalogEntry = z.infer<typeof catalogEntry>
export type Item = z.infer<typeof item>
export type JobSummary = z.infer<typeof jobSummary>
export type Job = z.infer<typeof job>
export type EventRow = z.infer<typeof eventRow>
export type Check = z.infer<typeof check>
