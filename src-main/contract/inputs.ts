import { z } from 'zod'
import { backendIds, dependency, deviceModes, labels, modeSettings, need, recipeIds, retries, serving, vgpuModes, wantedCut } from './model'

/** What callers say of larger calls. */

const absolutePath = z.string().min(1).max(4096).refine(path => !path.includes('\0'), 'a path cannot hold a NUL character')

export const submitInput = z.object({
  recipe: z.enum(recipeIds),
  /** A catalog id, or the absolute path of an ONNX file; the recipe's default model if absent. */
  model: z.string().min(1).optional(),
  /** Absolute paths. Empty only for `tensor`, which then makes its inputs up. */
  inputs: z.array(absolutePath).max(100_000),
  /** How many inputs `tensor` makes up when none are given. */
  synthetic: z.number().int().min(1).max(100_000).optional(),
  /** Profile of the slice, e.g. `3g.40gb`. Any slice serves if absent. */
  profile: z.string().min(1).optional(),
  device: z.string().min(1).optional(),
  /** What the slice has to have, in place of a profile; beside one, models and label alone. On a device in `shared` mode a part of that size is made. */
  need: need.optional(),
  /** Folder that gets a copy of every result, absolute. */
  outDir: absolutePath.optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  /** Backends it may run on, in this order: what the first does not know is left to the next. The device's own if absent. */
  backends: z.array(z.enum(backendIds)).min(1).max(backendIds.length).optional(),
  /** Longest time without a sign of progress (an input done, a recording's next seconds) before its worker is taken for hung. */
  timeLimitMs: z.number().int().min(100).max(7 * 24 * 3_600_000).optional(),
  /** `tensor` only: no inputs, but answer `jobs.infer` until it is cancelled. */
  serving: serving.optional(),
  name: z.string().min(1).max(100).optional(),
  /** Path or id of a tenant; the person whom the lab is for if absent. */
  tenant: z.string().min(1).max(200).optional(),
  /** Name or id of a queue; `normal` if absent. */
  queue: z.string().min(1).max(80).optional(),
  /** Among the jobs of one tenant in one queue the higher goes first; 0 if absent. */
  priority: z.number().int().min(-1000).max(1000).optional(),
  /** Slices that it runs on at the same time, all of them or none: so many jobs, among which its inputs are dealt out. 1 if absent. */
  count: z.number().int().min(1).max(64).optional(),
  labels: labels.optional(),
  dependsOn: z.array(dependency).max(1000).optional(),
  notBeforeMs: z.number().int().nonnegative().optional(),
  deadlineMs: z.number().int().nonnegative().optional(),
  maxRunMs: z.number().int().min(100).optional(),
  retries: retries.optional(),
  /** It stays out of the queue until it is released. */
  hold: z.boolean().optional(),
}).strict()

/** A running job and where it shall go: a slice by its id, or what the slice has to be. */
export const moveInput = z.object({
  id: z.string().min(1),
  slice: z.string().min(1).optional(),
  profile: z.string().min(1).optional(),
  device: z.string().min(1).optional(),
  need: need.optional(),
  /** Largest difference of results that another backend may make, relative; needed where the target computes on another one. */
  tolerance: z.number().min(0).max(1).optional(),
}).strict()

/** A model by its table's name, in a mode (its most capable one if absent: MIG, then vGPU). */
export const ofModel = z.object({ model: z.string().min(1).max(100), mode: z.enum(deviceModes).optional(), vgpuMode: z.enum(vgpuModes).optional() }).strict()

/** A device and the layout that it should have. */
export const layoutWish = z.object({
  device: z.string().min(1),
  /** The mode it should be in; its present one if absent. */
  mode: z.enum(deviceModes).optional(),
  settings: modeSettings.optional(),
  /** Every slice that should be there afterwards; `compact` for those that are there, at the places that leave most room. */
  layout: z.union([z.array(wantedCut).max(256), z.literal('compact')]),
}).strict()

export const grantInput = z.object({
  /** Who will hold it: a VM, a person, a team. */
  holder: z.string().regex(/^[\w.@:-]{1,64}$/, 'a holder\'s name has letters, digits and . _ @ : - only, and at most 64 of them').refine(name => !name.startsWith('job_'), 'names that begin with job_ are those of jobs: choose another'),
  profile: z.string().min(1).optional(),
  device: z.string().min(1).optional(),
  need: need.optional(),
  /** All of them or none. At most four vGPUs for one holder, and then all of one board type and series. */
  count: z.number().int().min(1).max(64).default(1),
  /** Whether a slice may be cut for it where none is free. */
  cut: z.boolean().default(true),
  expiresInMs: z.number().int().min(1000).nullable().default(null),
  idleAfterMs: z.number().int().min(1000).nullable().default(null),
}).strict()
