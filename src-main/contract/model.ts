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

export const holderKinds = ['job', 'outside'] as const
export const vgpuModes = ['equal', 'mixed'] as const
export const vgpuPolicies = ['best-effort', 'equal-share', 'fixed-share'] as const

/** What is set for a whole device in its mode. A field that its mode does not know has no effect and is not kept. */
export const modeSettings = z.object({
  /** SR-IOV: virtual functions shown. */
  functions: z.number().int().min(1).max(256).optional(),
  /** vGPU: whether types of different frame buffers may lie side by side. */
  vgpuMode: z.enum(vgpuModes).optional(),
  /** vGPU: who computes when. */
  policy: z.enum(vgpuPolicies).optional(),
  /** vGPU, equal and fixed share: 1 to 30 ms; null for the vendor's default. */
  timeSliceMs: z.number().min(1).max(30).nullable().optional(),
}).strict()

/** A cut that is wanted. Without a start, the one that keeps most future requests possible is chosen. */
export const wantedCut = z.object({
  profile: z.string().min(1).max(64),
  start: z.number().int().nonnegative().optional(),
  /** MIG: compute instances within this GPU instance, by compute slices: `[1, 2]`. One over the whole if absent. */
  compute: z.array(z.number().int().min(1).max(7)).min(1).max(7).optional(),
}).strict()

export const lease = z.object({
  id: z.string(),
  /** The job that holds the slices, or the name of a holder outside: a VM, a person, a team. */
  holder: z.string(),
  holderKind: z.enum(holderKinds),
  epoch: z.number().int().positive(),
  grantedAtMs: z.number(),
  /** When it ends by itself unless it is renewed; null for a job's, which ends with the job's turn. */
  expiresAtMs: z.number().nullable(),
  /** Reclaimed after this long without a sign of use; null for never. */
  idleAfterMs: z.number().nullable(),
  /** When its holder last gave a sign of use. */
  usedAtMs: z.number(),
})

/** A lease with everything that it holds. */
export const heldLease = lease.extend({
  slices: z.array(z.object({ slice: z.string(), device: z.string(), deviceName: z.string(), profile: z.string(), start: z.number(), size: z.number() })),
})

export const slice = placement.extend({
  id: z.string(),
  /** The GPU instance that this compute instance lies in; null for a slice of the device itself. */
  parentId: z.string().nullable(),
  /** Memory a workload can use, from driver figures and not from the profile's name. */
  memoryMiB: z.number(),
  /** Share of the device's compute, 0 to 1. */
  computeShare: z.number(),
  /** Multiprocessors of the slice, where its device has them. */
  sm: z.number().nullable(),
  lease: lease.nullable(),
})

/** Counts of media engines; null where no source tells. */
export const mediaEngines = z.object({ nvdec: z.number().nullable(), nvenc: z.number().nullable(), nvjpg: z.number().nullable(), ofa: z.number().nullable() })

/** What a layout leaves unused of the whole device. Null where no source tells a figure that it needs. */
export const stranded = z.object({
  sm: z.number().nullable(),
  memoryMiB: z.number().nullable(),
  /** Media engines; absent in a mode that does not hand them out. */
  engines: mediaEngines.optional(),
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
  /** A name that requests can ask for instead of a device: `class-room`, `a100-with-nvlink`. */
  label: z.string().nullable(),
  settings: modeSettings,
  /** Modes that it can be in. */
  modes: z.array(z.enum(deviceModes)),
  /** What a workload could use of the whole device, uncut: the base of everything stranded. */
  usableMiB: z.number(),
  /** Multiprocessors of the whole device, where a source tells. */
  sm: z.number().nullable(),
  /** What its slices leave unused of it; in `shared` mode the memory that is free. */
  stranded,
  /** Whether the last change of its layout can be taken back. */
  canUndo: z.boolean(),
  /** A change of layout that did not come to its end, in words; null if there is none. */
  unfinishedChange: z.string().nullable(),
})

/** A profile on offer, as `profiles` lists it. */
export const profile = z.object({
  name: z.string(),
  id: z.number().nullable(),
  computeSlices: z.number(),
  starts: z.array(z.number()),
  size: z.number(),
  maxInstances: z.number(),
  memoryMiB: z.number(),
  memoryGiB: z.number(),
  /** True where no source tells the usable memory and the figure is a cautious part of the card's. */
  memoryIsEstimate: z.boolean(),
  computeShare: z.number(),
  sm: z.number().nullable(),
  engines: mediaEngines.extend({ copy: z.number().nullable() }).nullable(),
  note: z.string().nullable(),
})

export const layout = z.object({
  slices: z.array(placement),
  /** Whether no further profile fits. */
  maximal: z.boolean(),
  sm: z.number().nullable(),
  memoryMiB: z.number().nullable(),
  stranded,
})

/** A slice in the way of a request. */
export const blocker = z.object({
  /** Its id; null for one that a draft has and the device has not yet. */
  slice: z.string().nullable(),
  profile: z.string(),
  start: z.number(),
  size: z.number(),
  holder: z.string().nullable(),
})

export const explanation = z.object({
  fits: z.boolean(),
  /** Where the first of them would be cut: the start that keeps most future requests possible; null if it does not fit. */
  start: z.number().nullable(),
  /** Where each of `count` would be cut. */
  starts: z.array(z.number()),
  /** The rule that refuses it, and the sentence for a person; null if it fits. */
  rule: z.string().nullable(),
  message: z.string(),
  blockedBy: z.array(blocker),
  /** Fewest slices to move (or to remove, `to: null`) that let it in; empty if it fits, or if nothing would. */
  smallestChange: z.array(z.object({ move: z.string(), profile: z.string(), from: z.number(), to: z.number().nullable() })),
})

/** One step of a change of layout. No two slices overlap after any step. */
export const layoutStep = z.object({
  op: z.enum(['destroy', 'create', 'move', 'configure']),
  /** The slice that is destroyed or moved; null for one to be created. */
  slice: z.string().nullable(),
  profile: z.string(),
  start: z.number(),
  size: z.number(),
  /** Where a moved slice lay before. */
  from: z.number().nullable(),
  /** Who holds it. */
  holder: z.string().nullable(),
  /** `move` only: true if its new place cannot be made before the old one is gone, so that its holder stands still. */
  interrupts: z.boolean(),
  compute: z.array(z.number()).optional(),
})

export const layoutPlan = z.object({
  device: z.string(),
  mode: z.enum(deviceModes),
  settings: modeSettings,
  before: z.array(placement),
  after: z.array(placement),
  steps: z.array(layoutStep),
  /** Slices that are held and have to move. */
  moves: z.number(),
  /** Why it cannot be applied now (holders that would have to move or leave), or null. */
  blocked: z.string().nullable(),
  holders: z.array(z.string()),
  strandedBefore: stranded,
  strandedAfter: stranded,
  /** Commands that do the same on real hardware, in order. */
  commands: z.array(z.string()),
  /** Names the layout that it starts from: `slices.apply` refuses a plan whose device has changed since. */
  basis: z.string(),
})

/** What a request needs of a slice, where it does not name a profile. */
export const need = z.object({
  memoryMiB: z.number().int().positive().optional(),
  /** Least share of a device's compute, 0 to 1. */
  computeShare: z.number().positive().max(1).optional(),
  /** Least multiprocessors. */
  sm: z.number().int().positive().optional(),
  /** Media engines it has to have. */
  engines: z.array(z.enum(['nvdec', 'nvenc', 'nvjpg', 'ofa'])).optional(),
  /** GPU models that serve, by table name; any if absent. */
  models: z.array(z.string()).optional(),
  /** Label of the device. */
  label: z.string().optional(),
}).strict()

/** Health and use of a real GPU, as its driver tells. Null where the driver does not. */
export const gpuHealth = z.object({
  device: z.string(),
  atMs: z.number(),
  memoryUsedMiB: z.number().nullable(),
  utilisation: z.number().nullable(),
  temperatureC: z.number().nullable(),
  powerW: z.number().nullable(),
  eccErrors: z.number().nullable(),
  processes: z.array(z.object({ pid: z.number(), memoryMiB: z.number().nullable() })),
})

/** Where a driver's word and the built-in table differ. */
export const tableDifference = z.object({
  device: z.string(),
  profile: z.string(),
  field: z.string(),
  table: z.union([z.string(), z.number(), z.null()]),
  driver: z.union([z.string(), z.number(), z.null()]),
})

export const exportFormats = ['mig-parted', 'nvidia-smi', 'device-plugin', 'slurm', 'vsphere'] as const

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
  request: z.object({ profile: z.string().nullable(), device: z.string().nullable(), need: need.nullable() }),
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
export type ModeSettings = z.infer<typeof modeSettings>
export type WantedCut = z.infer<typeof wantedCut>
export type HolderKind = typeof holderKinds[number]
export type Lease = z.infer<typeof lease>
export type HeldLease = z.infer<typeof heldLease>
export type Profile = z.infer<typeof profile>
export type Stranded = z.infer<typeof stranded>
export type Layout = z.infer<typeof layout>
export type Explanation = z.infer<typeof explanation>
export type LayoutStep = z.infer<typeof layoutStep>
export type LayoutPlan = z.infer<typeof layoutPlan>
export type Need = z.infer<typeof need>
export type GpuHealth = z.infer<typeof gpuHealth>
export type TableDifference = z.infer<typeof tableDifference>
export type ExportFormat = typeof exportFormats[number]

export type Slice = z.infer<typeof slice>
export type Device = z.infer<typeof device>
export type SliceUse = z.infer<typeof sliceUse>
export type CatalogEntry = z.infer<typeof catalogEntry>
export type Item = z.infer<typeof item>
export type JobSummary = z.infer<typeof jobSummary>
export type Job = z.infer<typeof job>
export type EventRow = z.infer<typeof eventRow>
export type Check = z.infer<typeof check>
