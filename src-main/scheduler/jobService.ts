import type { CallParsed } from '../contract/calls'
import type { Answer, Job, JobSummary, WireTensor } from '../contract/model'
import type { Requests } from '../runtime/requests'
import type { WorkerPool } from '../runtime/workerPool'
import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Book } from './book'
import type { Intake } from './intake'
import type { Ledger } from './ledger'
import type { Mover } from './mover'
import type { Registry } from './registry'
import type { Submission } from './submission'
import type { Suspender } from './suspender'
import { isAbsolute } from 'node:path'
import { TrancheError } from '../contract/errors'
import { jobStates } from '../contract/model'
import { describe, summarise } from './describeJob'
import { isEnded } from './jobState'
import { exportResults, readResult } from './resultFiles'
import { submissionOf } from './submissionOf'

export interface JobServiceDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly intake: Intake
  readonly wake: () => void
  readonly pool: WorkerPool
  readonly mover: Mover
  readonly suspender: Suspender
  readonly requests: Requests
  readonly jobsDir: string
  readonly nowMs: () => number
  readonly book: Book
  readonly registry: Registry
  /** Why a queued job does not run yet, in words; null for any other. */
  readonly waitingFor: (job: JobRow) => string | null
  readonly namesOf: (job: JobRow) => Pick<JobSummary, 'tenant' | 'queue' | 'priorityClass'>
  /** Place and priority that put a job before another one, or at the end of its line. */
  readonly placeBefore: (job: JobRow, before: string | null) => Pick<JobRow, 'place' | 'priority'>
}

export type JobService = ReturnType<typeof createJobService>

/** What people do with jobs: submit, look, cancel, retry. */
export function createJobService(deps: JobServiceDeps) {
  const { store, ledger, jobsDir, nowMs } = deps

  /** A job and those that start with it, as they are in the database; itself alone without a gang. */
  function gangOf(job: JobRow): JobRow[] {
    return job.gang === null ? [job] : deps.book.gang(job.gang.id).flatMap(id => ledger.current(id) ?? [])
  }

  function row(id: string): JobRow {
    const job = ledger.current(id)
    if (!job)
      throw new TrancheError('not_found', `There is no job ${id}. \`tranche jobs\` lists them.`)
    return job
  }

  function item(id: string, index: number): ItemRow {
    row(id)
    const found = store.items.get(id, index)
    if (!found)
      throw new TrancheError('not_found', `Job ${id} has no input ${index}.`)
    return found
  }

  const summary = (job: JobRow): JobSummary => summarise(job, { waiting: deps.waitingFor(job), moving: deps.mover.movingTo(job.id), ...deps.namesOf(job) }, nowMs())

  function show(id: string): Job {
    const job = row(id)
    return describe(job, store.items.ofJob(id), store.dependencies.ofJob(id), summary(job), jobsDir)
  }

  return {
    summary,

    /** Answers once the job is on disk: the first of its gang. */
    submit: async (submission: Submission): Promise<Job> => show((await deps.intake.submit([submission]))[0]),

    /** All or none, in one transaction. */
    submitMany: async (submissions: readonly Submission[]): Promise<{ ids: string[] }> => ({ ids: await deps.intake.submit(submissions) }),

    list({ states, text, limit }: CallParsed<'jobs.list'>): JobSummary[] {
      const wanted = text?.trim().toLowerCase() ?? ''
      // A text is sought in all jobs, not only in the newest that would be shown.
      return store.jobs.list(states ?? jobStates, wanted === '' ? limit : Number.MAX_SAFE_INTEGER)
        .map(summary)
        .filter(job => wanted === '' || [job.id, job.title, job.recipe, job.model, job.slice?.profile ?? ''].some(field => field.toLowerCase().includes(wanted)))
        .slice(0, limit)
    },

    get: show,

    /** Ends a job, and its gang with it. Workers stop at their batch's end or are killed; results made before are kept. */
    cancel(id: string): Job {
      const named = row(id)
      if (isEnded(named))
        throw new TrancheError('conflict', `Job ${id} is ${named.state} already.`)
      ledger.commit(() => gangOf(named).forEach((job) => {
        ledger.apply(job, { type: 'cancelled' })
        const lease = store.leases.liveOf(job.id)
        if (lease)
          ledger.afterwards(() => deps.pool.cancel(lease.sliceIds[0], lease.epoch))
      }))
      deps.wake()
      return show(id)
    },

    /** Takes a queued job out of the line until it is released, and its gang with it. */
    hold(id: string): JobSummary {
      const named = row(id)
      if (named.state !== 'queued')
        throw new TrancheError('conflict', `Job ${id} is ${named.state}; only a queued job is held.${named.state === 'running' ? ' Suspend it instead: it leaves its slice and keeps its results.' : ''}`, { details: { state: named.state } })
      ledger.commit(() => gangOf(named).filter(({ state }) => state === 'queued').forEach(job => ledger.apply(job, { type: 'suspended' })))
      return summary(row(id))
    },

    /** Changes where a job stands in line. `before`: another of its tenant and queue; null for the end. */
    reorder({ id, priority, queue, before }: CallParsed<'jobs.reorder'>): JobSummary {
      const job = row(id)
      const line = queue === undefined ? job.queueId : deps.registry.queueNamed(queue).id
      const place = before === undefined ? { place: job.place, priority: priority ?? job.priority } : deps.placeBefore({ ...job, queueId: line }, before)
      ledger.commit(() => gangOf(job).filter(({ state }) => !isEnded({ state })).forEach(member => ledger.apply(member, { type: 'reordered', queueId: line, ...place })))
      deps.wake()
      return summary(row(id))
    },

    /** Resolves once the job has left its slice. */
    async suspend(id: string): Promise<Job> {
      await deps.suspender.suspend(row(id))
      return show(id)
    },

    /** Asks a served model; waits while its job is still in the queue. */
    infer(id: string, inputs: readonly WireTensor[]): Promise<Answer> {
      const job = row(id)
      if (!job.serving)
        throw new TrancheError('conflict', `Job ${id} works through inputs and answers no requests. Submit its model with --serve.`)
      if (isEnded(job) || job.state === 'suspended')
        throw new TrancheError('conflict', `Job ${id} is ${job.state} and answers no requests.${job.state === 'suspended' ? ' Resume it first.' : ''}`, { details: { state: job.state } })
      return deps.requests.infer(id, inputs)
    },

    /** Back into the line, and its gang with it. */
    resume(id: string): Job {
      const named = row(id)
      gangOf(named).filter(({ state, id: member }) => member === id || state === 'suspended').forEach(job => deps.suspender.resume(job))
      return show(id)
    },

    /** Submits an ended job anew, with all its inputs or with those that have no result. */
    retry({ id, onlyFailed }: CallParsed<'jobs.retry'>): Job {
      const job = row(id)
      if (!isEnded(job))
        throw new TrancheError('conflict', `Job ${id} is ${job.state}; it can be retried once it has ended.`)
      const inputs = store.items.ofJob(id).filter(({ state }) => !onlyFailed || state !== 'done').map(({ input }) => input)
      if (inputs.length === 0 && !job.serving)
        throw new TrancheError('conflict', `Every input of job ${id} has its result; there is nothing to retry.`)
      return show(deps.intake.again(job, inputs))
    },

    submission(id: string) {
      return submissionOf(row(id), store.items.ofJob(id), store.dependencies.ofJob(id), deps.registry, nowMs())
    },

    result: (id: string, index: number): Promise<unknown> => readResult(jobsDir, item(id, index)),
    async exportTo(id: string, outDir: string): Promise<{ id: string, outDir: string, results: number }> {
      row(id)
      if (!isAbsolute(outDir))
        throw new TrancheError('invalid_input', `${outDir} is not an absolute path. Name the folder from the root of the file system.`)
      return { id, outDir, results: await exportResults(id, store.items.ofJob(id), jobsDir, outDir) }
    },
    inputPath: (id: string, index: number): string | null => store.items.get(id, index)?.input ?? null,
    input: (id: string, index: number): string | null => item(id, index).input,
  }
}
