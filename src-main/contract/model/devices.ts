import { z } from 'zod'
import { enforcement } from './enforcement'
import { lease } from './leases'
import { availabilities } from './queues'
import { deviceModes, modeSettings, placement, stranded } from './slicing'

/** What computes, and what is seen of it. */

export const deviceKinds = ['cpu', 'gpu', 'virtual-gpu'] as const

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
  /** Whether jobs start on it. */
  availability: z.enum(availabilities),
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

/** Live use of a slice, from its worker process. */
export const sliceUse = z.object({
  sliceId: z.string(),
  /** CPU time used over wall time since the last sample, 1 = one core. */
  cores: z.number(),
  /** Threads the slice may use. */
  threads: z.number().int(),
  /** Resident memory of the worker process. */
  memoryMiB: z.number(),
  /** What counts against the slice: resident memory beyond that of a worker without a model. */
  usedMiB: z.number(),
  pid: z.number().int(),
  /** `loading`, `idle` (model kept in memory) or `running`. */
  state: z.enum(['starting', 'idle', 'running', 'stopping']),
  /** What keeps it within its slice. */
  enforcement,
  /** The job it has, or null. */
  job: z.string().nullable(),
})

export type DeviceKind = typeof deviceKinds[number]
export type Slice = z.infer<typeof slice>
export type Device = z.infer<typeof device>
export type GpuHealth = z.infer<typeof gpuHealth>
export type TableDifference = z.infer<typeof tableDifference>
export type SliceUse = z.infer<typeof sliceUse>
