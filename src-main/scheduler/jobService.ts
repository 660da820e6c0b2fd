import type { LabCapacity } from '../broker/capacity'
import type { CallParsed } from '../contract/calls'
import type { Answer, Job, JobSummary, WireTensor } from '../contract/model'
import type { Requests } from '../runtime/requests'
import type { WorkerPool } from '../runtime/workerPool'
import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { Dispatcher } from './dispatcher'
import type { Ledger } from './ledger'
import type { Mover } from './mover'
import type { CatalogNames, Submission } from './submission'
import type { Suspender } from './suspender'
import { isAbsolute } from 'node:path'
import { TrancheError } from '../contract/errors'
import { jobStates } from '../contract/model'
import { newId } from '../store/ids'
import { describe, summarise } from './describeJob'
import { isEnded } from './jobState'
import { exportResults, readResult } from './resultFiles'
import { checkSubmission } from './submission'

export interface JobServiceDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly dispatcher: Dispatcher
  readonly pool: WorkerPool
  readonly mover: Mover
  readonly suspender: Suspender
  readonly requests: Requests
  readonly catalog: CatalogNames
  readonly capacity: () => LabCapacity
  readonly jobsDir: string
  readonly nowMs: () => number
  readonly changes: Changes
}

export type JobService = ReturnType<typeof createJobService>

/** What the submitter chose. */
type Asked = Pick<JobRow, 'recipe' | 'model' | 'params' | 'profile' | 'deviceId' | 'need' | 'leastMiB' | 'backends' | 'timeLimitMs' | 'serving' | 'outDir'>

/** What people do with jobs: submit, look, cancel, retry. */
export function createJobService(deps: JobServiceDeps) {
  const { store, ledger, dispatcher, jobsDir, nowMs } = deps

  function row(id: string): JobRow {
    const job = store.jobs.get(id)
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

  const live = (id: string) => ({ waiting: dispatcher.waitingFor(id), moving: deps.mover.movingTo(id) })
  const show = (id: string): Job => describe(row(id), store.items.ofJob(id), live(id), nowMs(), jobsDir)

  /** The job and its inputs in one transaction: whoever gets the id may rely on it. */
  function insert(asked: Asked, inputs: readonly (string | null)[], from: Readonly<Record<string, unknown>>): Job {
    const atMs = nowMs()
    const id = newId('job')
    store.write(() => {
      store.jobs.insert({
        ...pick(asked),
        id,
        state: 'queued',
        error: null,
        lastSlice: null,
        ran: null,
        moves: 0,
        lastPauseMs: null,
        crashes: 0,
        crashesSinceResult: 0,
        killsSinceResult: 0,
        submittedAtMs: atMs,
        startedAtMs: null,
        endedAtMs: null,
        turnSinceMs: atMs,
        queuedMs: 0,
        runMs: 0,
        itemCount: inputs.length,
        doneCount: 0,
        failedCount: 0,
        firstInput: inputs[0] ?? null,
      })
      for (const [index, input] of inputs.entries())
        store.items.insert(id, index, input)
      store.events.append(atMs, 'job.queued', id, { recipe: asked.recipe, model: asked.model, inputs: inputs.length, ...from })
    })
    deps.changes.job(id)
    dispatcher.wake()
    return show(id)
  }

  return {
    async submit(submission: Submission): Promise<Job> {
      const { model, leastMiB } = await checkSubmission(submission, deps.capacity(), deps.catalog)
      const made = submission.serving ? 0 : submission.synthetic ?? 1
      const inputs = submission.inputs.length > 0 ? submission.inputs : Array.from({ length: made }, () => null)
      return insert({
        recipe: submission.recipe,
        model,
        params: submission.params ?? {},
        profile: submission.profile ?? null,
        deviceId: submission.device ?? null,
        need: submission.need ?? null,
        leastMiB,
        backends: submission.backends ?? [],
        timeLimitMs: submission.timeLimitMs ?? null,
        serving: submission.serving ?? null,
        outDir: submission.outDir ?? null,
      }, inputs, {})
    },

    list({ states, text, limit }: CallParsed<'jobs.list'>): JobSummary[] {
      const wanted = text?.trim().toLowerCase() ?? ''
      // A text is sought in all jobs, not only in the newest that would be shown.
      return store.jobs.list(states ?? jobStates, wanted === '' ? limit : Number.MAX_SAFE_INTEGER)
        .map(job => summarise(job, live(job.id), nowMs()))
        .filter(job => wanted === '' || [job.id, job.title, job.recipe, job.model, job.slice?.profile ?? ''].some(field => field.toLowerCase().includes(wanted)))
        .slice(0, limit)
    },

    get: show,

    /** Ends a job. Its worker stops at its batch's end or is killed; results made before are kept. */
    cancel(id: string): Job {
      row(id)
      ledger.change(id, (job) => {
        if (isEnded(job))
          throw new TrancheError('conflict', `Job ${id} is ${job.state} already.`)
        ledger.apply(job, { type: 'cancelled' })
      })
      const lease = store.leases.liveOf(id)
      if (lease)
        deps.pool.cancel(lease.sliceIds[0], lease.epoch)
      dispatcher.wake()
      return show(id)
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

    resume(id: string): Job {
      deps.suspender.resume(row(id))
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
      return insert(job, inputs, { retryOf: id })
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

function pick({ recipe, model, params, profile, deviceId, need, leastMiB, backends, timeLimitMs, serving, outDir }: Asked): Asked {
  return { recipe, model, params, profile, deviceId, need, leastMiB, backends, timeLimitMs, serving, outDir }
}
