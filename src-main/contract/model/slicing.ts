import { z } from 'zod'

/** How devices are cut. Sizes are MiB, as their names say. */

export const deviceModes = ['passthrough', 'sriov', 'vgpu', 'mig', 'shared'] as const
export const vgpuModes = ['equal', 'mixed'] as const
export const vgpuPolicies = ['best-effort', 'equal-share', 'fixed-share'] as const
export const exportFormats = ['mig-parted', 'nvidia-smi', 'device-plugin', 'slurm', 'vsphere'] as const

/** Where a slice lies: `start` and `size` in the slots of its device (memory slots for MIG, one slot for passthrough). */
export const placement = z.object({
  profile: z.string(),
  start: z.number().int().nonnegative(),
  size: z.number().int().positive(),
})

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

/** Counts of media engines; null where no source tells. */
export const mediaEngines = z.object({ nvdec: z.number().nullable(), nvenc: z.number().nullable(), nvjpg: z.number().nullable(), ofa: z.number().nullable() })

/** What a layout leaves unused of the whole device. Null where no source tells a figure that it needs. */
export const stranded = z.object({
  sm: z.number().nullable(),
  memoryMiB: z.number().nullable(),
  /** Media engines; absent in a mode that does not hand them out. */
  engines: mediaEngines.optional(),
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

export type DeviceMode = typeof deviceModes[number]
export type VgpuPolicy = typeof vgpuPolicies[number]
export type ExportFormat = typeof exportFormats[number]
export type Placement = z.infer<typeof placement>
export type ModeSettings = z.infer<typeof modeSettings>
export type WantedCut = z.infer<typeof wantedCut>
export type Profile = z.infer<typeof profile>
export type Stranded = z.infer<typeof stranded>
export type Layout = z.infer<typeof layout>
export type Explanation = z.infer<typeof explanation>
export type LayoutStep = z.infer<typeof layoutStep>
export type LayoutPlan = z.infer<typeof layoutPlan>
export type Need = z.infer<typeof need>
