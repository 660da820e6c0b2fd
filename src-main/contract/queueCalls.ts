import { z } from 'zod'
import { submitInput } from './inputs'
import { availabilities, device, jobStates, jobSummary, priorityClasses, queue, queueName, queueTerms, reservedWindow, schedulerSettings, tenant, tenantKinds, tenantName, tenantTerms, timeline, useHistory, why, windowTime } from './model'

/** Calls about who asks, in which line, and when; spread into the one table of `calls.ts`. */

const nothing = z.object({}).strict()
const byId = z.object({ id: z.string().min(1) }).strict()

/** Which jobs; all of them where nothing is said. */
export const jobFilter = z.object({
  states: z.array(z.enum(jobStates)).optional(),
  /** Somewhere in id, name, title, recipe, model, profile or labels. */
  text: z.string().max(200).optional(),
  /** Path or id; with all below it. */
  tenant: z.string().optional(),
  queue: z.string().optional(),
  classes: z.array(z.enum(priorityClasses)).optional(),
  /** `key=value`, all of them. */
  labels: z.array(z.string()).max(20).optional(),
}).strict()

/** `line`: as they are served, the next one first; jobs that do not wait come last. */
export const jobSortKeys = ['submitted', 'line', 'state', 'name', 'tenant', 'queue', 'priority', 'model', 'queued', 'run', 'ended'] as const
export const jobGroupKeys = ['state', 'tenant', 'queue', 'model', 'recipe'] as const

export const queueCalls = {
  'tenants.list': { input: nothing, output: z.array(tenant) },
  /** Adds a tenant below another; the root's own where no parent is named. */
  'tenants.add': { input: z.object({ name: tenantName, parent: z.string().optional(), kind: z.enum(tenantKinds).optional(), terms: tenantTerms.partial().optional() }).strict(), output: tenant },
  /** Changes what is named; terms are replaced one by one. Throws `conflict` where guarantees would add up to more than the parent's. */
  'tenants.change': { input: z.object({ id: z.string().min(1), name: tenantName.optional(), parent: z.string().optional(), terms: tenantTerms.partial().optional() }).strict(), output: tenant },
  /** Throws `in_use` while it has jobs that have not ended, or tenants below it. */
  'tenants.remove': { input: byId, output: z.object({ id: z.string() }) },
  'tenants.history': { input: z.object({ fromMs: z.number(), toMs: z.number(), buckets: z.number().int().min(1).max(1000).default(120) }).strict(), output: useHistory },

  'queues.list': { input: nothing, output: z.array(queue) },
  'queues.add': { input: z.object({ name: queueName, terms: queueTerms.partial().optional() }).strict(), output: queue },
  'queues.change': { input: z.object({ id: z.string().min(1), name: queueName.optional(), terms: queueTerms.partial().optional() }).strict(), output: queue },
  'queues.remove': { input: byId, output: z.object({ id: z.string() }) },

  /** All or none: every one is checked before the first is accepted. Throws `invalid_input` with the place of each that is wrong. */
  'jobs.submitMany': { input: z.object({ submissions: z.array(submitInput).min(1).max(10_000) }).strict(), output: z.object({ ids: z.array(z.string()) }) },
  /** A page of the jobs that fit, and how many there are in all and in each group. */
  'jobs.query': {
    input: z.object({
      filter: jobFilter.default({}),
      sort: z.object({ by: z.enum(jobSortKeys), descending: z.boolean().default(false) }).strict().default({ by: 'submitted', descending: true }),
      group: z.enum(jobGroupKeys).nullable().default(null),
      offset: z.number().int().nonnegative().default(0),
      limit: z.number().int().min(1).max(1000).default(100),
    }).strict(),
    output: z.object({
      total: z.number().int(),
      rows: z.array(jobSummary),
      /** In the order of the rows, which are sorted by group first; empty without one. */
      groups: z.array(z.object({ key: z.string(), count: z.number().int() })),
      states: z.record(z.enum(jobStates), z.number().int()),
    }),
  },
  /** The same for many: those named, or all that fit the filter. What cannot be done to one does not stop the others. */
  'jobs.bulk': {
    input: z.object({
      action: z.enum(['cancel', 'hold', 'release', 'suspend', 'resume', 'retry', 'priority', 'queue']),
      ids: z.array(z.string()).max(100_000).optional(),
      filter: jobFilter.optional(),
      /** The priority, or the queue's name. */
      value: z.union([z.number(), z.string()]).optional(),
    }).strict().refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), 'name the jobs, or a filter'),
    output: z.object({ done: z.number().int(), refused: z.array(z.object({ id: z.string(), message: z.string() })) }),
  },
  /** Takes a queued job out of the line until it is released; throws `conflict` for one that runs. */
  'jobs.hold': { input: byId, output: jobSummary },
  'jobs.release': { input: byId, output: jobSummary },
  /** Changes what a queued job asks for: its priority, its queue, or its place before another job of its tenant and queue. */
  'jobs.reorder': { input: z.object({ id: z.string().min(1), priority: z.number().int().min(-1000).max(1000).optional(), queue: z.string().optional(), before: z.string().nullable().optional() }).strict(), output: jobSummary },
  'jobs.why': { input: byId, output: why },
  /** What a job was submitted with, to submit it again, changed or not. */
  'jobs.submission': { input: byId, output: submitInput },

  'templates.list': { input: nothing, output: z.array(z.object({ name: z.string(), submission: z.record(z.string(), z.unknown()), savedAtMs: z.number() })) },
  /** Keeps a submission under a name; inputs may be absent, to be named when it is used. */
  'templates.save': { input: z.object({ name: z.string().regex(/^[\w. -]{1,60}$/), submission: submitInput.partial() }).strict(), output: z.object({ name: z.string() }) },
  'templates.remove': { input: z.object({ name: z.string() }).strict(), output: z.object({ name: z.string() }) },

  'schedule.timeline': { input: z.object({ fromMs: z.number(), toMs: z.number(), limit: z.number().int().min(1).max(50_000).default(20_000) }).strict(), output: timeline },
  'schedule.settings': { input: nothing, output: schedulerSettings },
  'schedule.change': { input: schedulerSettings.partial().strict(), output: schedulerSettings },

  'windows.list': { input: nothing, output: z.array(reservedWindow) },
  /** Keeps devices for tenants, or for nobody, for a time. */
  'windows.add': { input: z.object({ name: z.string().min(1).max(80), devices: z.array(z.string().min(1)).min(1).max(10_000), tenants: z.array(z.string()).max(1000).default([]), time: windowTime }).strict(), output: reservedWindow },
  'windows.remove': { input: byId, output: z.object({ id: z.string() }) },
  /** Whether jobs start on a device, go on there, or have to leave it. */
  'devices.availability': { input: z.object({ id: z.string().min(1), availability: z.enum(availabilities), reason: z.string().max(200).optional() }).strict(), output: device },

  /** Writes the whole lab as it is at one instant into one file, while jobs run. Models that the catalog can fetch again are left out. */
  'lab.backup': { input: z.object({ file: z.string().min(1).max(4096) }).strict(), output: z.object({ file: z.string(), bytes: z.number(), jobs: z.number().int(), atMs: z.number(), /** Result files that the lab names and does not have. */ missing: z.array(z.string()) }) },
  /** Makes a state folder like this one: layout, catalog, tenants, queues; with jobs only if asked. */
  'lab.clone': { input: z.object({ dir: z.string().min(1).max(4096), jobs: z.boolean().default(false) }).strict(), output: z.object({ dir: z.string(), jobs: z.number().int() }) },
} as const satisfies Record<string, { input: z.ZodType, output: z.ZodType }>
