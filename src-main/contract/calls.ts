import { z } from 'zod'
import { grantInput, layoutWish, moveInput, ofModel, submitInput } from './inputs'
import { answer, backend, catalogEntry, check, device, deviceModes, eventRow, explanation, exportFormats, gpuHealth, heldLease, isolation, job, jobStates, jobSummary, layout, layoutPlan, memoryEstimate, modeSettings, moveReport, moveTarget, placement, profile, sliceUse, stranded, tableDifference, vgpuModes, wantedCut, wireTensor } from './model'
import { queueCalls } from './queueCalls'

/**
 * Every call of the product, in one table. A door (window, command line, socket) turns its transport
 * into one of these and nothing more; the main process validates the input of each call.
 */
const nothing = z.object({}).strict()
const byId = z.object({ id: z.string().min(1) }).strict()

export const calls = {
  ...queueCalls,
  'lab.info': {
    input: nothing,
    output: z.object({
      version: z.string(),
      stateDir: z.string(),
      pid: z.number(),
      startedAtMs: z.number(),
      owner: z.enum(['app', 'serve', 'cli']),
      runtime: z.object({
        electron: z.string().nullable(),
        chromium: z.string().nullable(),
        node: z.string(),
        /** `download`: Electron's own release; `package`: the one found in a package; `none`: plain Node. */
        source: z.enum(['download', 'package', 'custom', 'none']),
        detail: z.string(),
      }),
      onnxruntime: z.string(),
      sqlite: z.string(),
      platform: z.string(),
      /** True until the first job of this state folder was submitted. */
      firstUse: z.boolean(),
      /** Set where a damaged database was replaced by an older copy, until someone takes note of it. */
      recovered: z.object({ atMs: z.number(), words: z.string() }).nullable(),
    }),
  },
  /** Takes note of `recovered`: it is told no more. False if there was nothing to take note of. */
  'lab.acknowledge': { input: nothing, output: z.object({ acknowledged: z.boolean() }) },
  'doctor.run': { input: nothing, output: z.object({ ok: z.boolean(), checks: z.array(check) }) },
  /** What this host offers to keep workers within their slices and away from everything else. */
  'lab.isolation': { input: nothing, output: isolation },
  'backends.list': { input: nothing, output: z.array(backend) },
  /** Memory that a model needs, before it is loaded, and which profiles of the lab's devices would hold it. */
  'models.estimate': {
    input: z.object({
      /** A catalog id that is ready, or the absolute path of an ONNX file. */
      model: z.string().min(1),
      batch: z.number().int().min(1).max(65_536).default(1),
      /** Sizes of symbolic dimensions by their names; 1 where absent, except the first of each input, which is the batch. */
      dims: z.record(z.string(), z.number().int().min(1)).default({}),
    }).strict(),
    output: z.object({
      files: z.array(z.object({ role: z.string(), estimate: memoryEstimate })),
      totalMiB: z.number(),
      fits: z.array(z.object({ device: z.string(), deviceName: z.string(), profile: z.string(), memoryMiB: z.number(), ok: z.boolean() })),
    }),
  },
  'devices.list': { input: nothing, output: z.array(device) },
  'devices.use': { input: nothing, output: z.array(sliceUse) },
  'devices.health': { input: nothing, output: z.array(gpuHealth) },
  /** Names a device for requests; null takes the label away. */
  'devices.label': { input: byId.extend({ label: z.string().regex(/^[\w.-]{1,40}$/, 'letters, digits and . _ - only, at most 40').nullable() }).strict(), output: device },
  'lab.models': {
    input: nothing,
    output: z.array(z.object({ model: z.string(), name: z.string(), architecture: z.string(), memoryMiB: z.number(), sm: z.number().nullable(), modes: z.array(z.enum(deviceModes)) })),
  },
  /** Adds virtual GPUs of one model, each cut by `layout`, or into the largest profile of its mode if that is absent. */
  'lab.add': {
    input: z.object({
      model: z.string().min(1),
      count: z.number().int().min(1).max(10_000).default(1),
      mode: z.enum(deviceModes).optional(),
      settings: modeSettings.optional(),
      layout: z.array(wantedCut).max(256).optional(),
      label: z.string().regex(/^[\w.-]{1,40}$/).optional(),
    }).strict(),
    output: z.array(device),
  },
  'lab.remove': { input: byId, output: z.object({ id: z.string() }) },

  'profiles.list': {
    input: ofModel,
    output: z.object({
      model: z.string(),
      name: z.string(),
      mode: z.enum(deviceModes),
      vgpuMode: z.enum(vgpuModes).nullable(),
      slots: z.number(),
      computeSlices: z.number().nullable(),
      sm: z.number().nullable(),
      usableMiB: z.number(),
      confidence: z.string(),
      sources: z.array(z.string()),
      profiles: z.array(profile),
    }),
  },
  'layouts.list': {
    input: ofModel.extend({ maximal: z.boolean().default(false), profiles: z.array(z.string()).optional(), limit: z.number().int().min(1).max(200_000).default(200_000) }).strict(),
    output: z.object({
      model: z.string(),
      mode: z.enum(deviceModes),
      layouts: z.array(layout),
      /** There are more than `limit`. */
      truncated: z.boolean(),
      /** One placement stands for every layout of the same profiles: all modes but MIG. */
      distinct: z.boolean(),
    }),
  },
  /** What could be cut beside a draft, and where: every profile at every start, with the reason where it cannot. */
  'slices.offers': {
    input: layoutWish.extend({ layout: z.array(z.object({ profile: z.string(), start: z.number().int().nonnegative() })).max(256) }).strict(),
    output: z.object({
      /** Null, or why the draft itself is not legal. */
      illegal: z.string().nullable(),
      slots: z.number(),
      /** What a workload could use of the whole device in the draft's mode. */
      usableMiB: z.number(),
      slices: z.array(placement.extend({ memoryMiB: z.number(), sm: z.number().nullable(), computeSlices: z.number() })),
      stranded,
      profiles: z.array(profile.extend({
        /** The start that keeps most future requests possible; null where none is legal. */
        best: z.number().nullable(),
        places: z.array(z.object({ start: z.number(), ok: z.boolean(), rule: z.string().nullable(), message: z.string() })),
      })),
    }),
  },
  'slices.explain': { input: z.object({ device: z.string().min(1), profile: z.string().min(1), count: z.number().int().min(1).max(64).default(1) }).strict(), output: explanation },
  'slices.plan': { input: layoutWish, output: layoutPlan },
  /** Carries a plan out. With `basis`, only if the device is still as it was when that plan was made. */
  'slices.apply': { input: layoutWish.extend({
    basis: z.string().optional(),
    /** Whether running jobs in the way are moved: to their new place on the device, or to another slice that holds them. */
    moveJobs: z.boolean().optional(),
  }).strict(), output: z.object({ plan: layoutPlan, device }) },
  /** Destroys one slice, or all of a device. Throws `in_use` with the holders. */
  'slices.destroy': { input: z.object({ slice: z.string().optional(), device: z.string().optional() }).strict().refine(({ slice, device }) => (slice === undefined) !== (device === undefined), 'name a slice or a device'), output: device },
  /** Takes the last change of a device's layout back; as a plan only, if `dry`. */
  'slices.undo': { input: z.object({ device: z.string().min(1), dry: z.boolean().default(false) }).strict(), output: z.object({ plan: layoutPlan, device }) },
  'leases.list': { input: nothing, output: z.array(heldLease) },
  /** Leases slices to a holder outside. All or nothing. */
  'leases.grant': { input: grantInput, output: heldLease },
  'leases.renew': { input: byId.extend({ epoch: z.number().int().positive(), expiresInMs: z.number().int().min(1000).nullable().default(null) }).strict(), output: heldLease },
  /** Ends a lease of a holder outside, or, with `revoke`, a job's: that job goes back to its queue from its checkpoint. */
  'leases.release': { input: byId.extend({ revoke: z.boolean().default(false) }).strict(), output: z.object({ id: z.string() }) },
  'smi.import': {
    input: z.object({ text: z.string().max(8 * 1024 * 1024) }).strict(),
    output: z.object({
      devices: z.array(z.object({
        index: z.number(),
        name: z.string().nullable(),
        uuid: z.string().nullable(),
        model: z.string().nullable(),
        migEnabled: z.boolean().nullable(),
        memoryMiB: z.number().nullable(),
        profiles: z.array(z.object({
          id: z.number(),
          name: z.string().nullable(),
          memoryGiB: z.number().nullable(),
          sm: z.number().nullable(),
          maxInstances: z.number().nullable(),
          starts: z.array(z.number()).nullable(),
          size: z.number().nullable(),
        })),
        instances: z.array(z.object({ profile: z.string(), profileId: z.number(), instanceId: z.number(), start: z.number(), size: z.number() })),
      })),
      differences: z.array(tableDifference),
      /** What in the text could not be read: line number and why. */
      problems: z.array(z.object({ line: z.number(), message: z.string() })),
    }),
  },
  /** Layouts of devices (all if absent) in another tool's words. Throws `unsupported` naming what it cannot say. */
  'layouts.export': {
    input: z.object({ format: z.enum(exportFormats), devices: z.array(z.string()).optional() }).strict(),
    output: z.object({ files: z.array(z.object({ name: z.string(), text: z.string() })), notes: z.array(z.string()) }),
  },
  'catalog.list': { input: nothing, output: z.array(catalogEntry) },
  'catalog.pull': { input: byId, output: catalogEntry },
  'jobs.submit': { input: submitInput, output: job },
  /** Submits inputs that came with the app, to the sample's own model or another of its recipe. */
  'jobs.submitSample': { input: z.object({ sample: z.enum(['ocr', 'vad']).default('ocr'), model: z.string().min(1).optional() }).strict(), output: job },
  'jobs.list': {
    input: z.object({ states: z.array(z.enum(jobStates)).optional(), text: z.string().max(200).optional(), limit: z.number().int().min(1).max(10_000).default(1000) }).strict(),
    output: z.array(jobSummary),
  },
  'jobs.get': { input: byId, output: job },
  'jobs.cancel': { input: byId, output: job },
  /** Stops a job at its batch's end and gives its slice back; it goes on from there when it is resumed. */
  'jobs.suspend': { input: byId, output: job },
  'jobs.resume': { input: byId, output: job },
  /** Where a running job could go now, and why not elsewhere. */
  'jobs.moveTargets': { input: byId, output: z.array(moveTarget) },
  /** Moves a running job: the new worker loads the model and warms up while the old one goes on. Answers once it runs there. */
  'jobs.move': { input: moveInput, output: moveReport },
  /** Moves every job off a device, to slices of other devices. All that can go, go; the others are named with the reason. */
  'devices.evacuate': {
    input: byId,
    output: z.object({ moved: z.array(moveReport), left: z.array(z.object({ job: z.string(), why: z.string() })) }),
  },
  /** Asks a served model. Requests of several callers run together. */
  'jobs.infer': { input: z.object({ id: z.string().min(1), inputs: z.array(wireTensor).min(1).max(64) }).strict(), output: answer },
  /** Submits a copy of an ended job; its inputs that already have a result are not run again when `onlyFailed`. */
  'jobs.retry': { input: byId.extend({ onlyFailed: z.boolean().default(false) }).strict(), output: job },
  /** The result of one input, as JSON; null while there is none. */
  'jobs.result': { input: z.object({ id: z.string(), index: z.number().int().nonnegative() }).strict(), output: z.unknown() },
  /** Writes the results that a job has as files into a folder, over those that are there under the same names. */
  'jobs.export': { input: byId.extend({ outDir: z.string().min(1) }).strict(), output: z.object({ id: z.string(), outDir: z.string(), results: z.number().int() }) },
  /** Loudest sample per bucket of a WAV input, 0 to 1, for drawing its waveform. */
  'jobs.waveform': {
    input: z.object({ id: z.string(), index: z.number().int().nonnegative(), buckets: z.number().int().min(10).max(4000) }).strict(),
    output: z.object({ durationMs: z.number(), peaks: z.array(z.number()) }),
  },
  'events.list': {
    input: z.object({ after: z.number().int().nonnegative().default(0), subject: z.string().optional(), limit: z.number().int().min(1).max(5000).default(500) }).strict(),
    output: z.array(eventRow),
  },
} as const satisfies Record<string, { input: z.ZodType, output: z.ZodType }>

export type Calls = typeof calls
export type CallName = keyof Calls
/** What a caller passes: fields with a default may be absent. */
export type CallInput<N extends CallName> = z.input<Calls[N]['input']>
/** What a handler receives after validation. */
export type CallParsed<N extends CallName> = z.output<Calls[N]['input']>
export type CallOutput<N extends CallName> = z.output<Calls[N]['output']>

/**
 * What the lab pushes. Listeners re-read what changed; `changed` carries the newest `seq` of the event log, so
 * that one who missed some can ask `events.list` from the last it saw.
 */
export const topics = ['devices', 'catalog', 'jobs', 'queues'] as const
export const events = {
  changed: z.object({
    seq: z.number(),
    topics: z.array(z.enum(topics)),
    /** Ids of jobs that changed, for pages that show one. */
    jobs: z.array(z.string()),
  }),
  /** Live use of all slices that have a worker, about twice a second while someone listens. */
  use: z.array(sliceUse),
} as const

export type Events = typeof events
export type EventName = keyof Events
export type EventPayload<N extends EventName> = z.infer<Events[N]>
export type Changed = EventPayload<'changed'>
