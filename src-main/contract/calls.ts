import { z } from 'zod'
import { catalogEntry, check, device, eventRow, job, jobStates, jobSummary, recipeIds, sliceUse } from './model'

/**
 * Every call of the product, in one table. A door (window, command line, socket) turns its transport
 * into one of these and nothing more; the main process validates the input of each call.
 */
const nothing = z.object({}).strict()
const byId = z.object({ id: z.string().min(1) }).strict()
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
  /** Folder that gets a copy of every result, absolute. */
  outDir: absolutePath.optional(),
  params: z.record(z.string(), z.unknown()).optional(),
}).strict()

export const calls = {
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
    }),
  },
  'doctor.run': { input: nothing, output: z.object({ ok: z.boolean(), checks: z.array(check) }) },
  'devices.list': { input: nothing, output: z.array(device) },
  'devices.use': { input: nothing, output: z.array(sliceUse) },
  'lab.models': { input: nothing, output: z.array(z.object({ model: z.string(), name: z.string(), memoryMiB: z.number() })) },
  'lab.add': { input: z.object({ model: z.string().min(1) }).strict(), output: device },
  'lab.remove': { input: byId, output: z.object({ id: z.string() }) },
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
  /** Submits a copy of an ended job; its inputs that already have a result are not run again when `onlyFailed`. */
  'jobs.retry': { input: byId.extend({ onlyFailed: z.boolean().default(false) }).strict(), output: job },
  /** The result of one input, as JSON; null while there is none. */
  'jobs.result': { input: z.object({ id: z.string(), index: z.number().int().nonnegative() }).strict(), output: z.unknown() },
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
export const topics = ['devices', 'catalog', 'jobs'] as const
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
