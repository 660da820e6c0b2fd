import type { LabCapacity } from '../broker/capacity'
import type { CallParsed } from '../contract/calls'
import type { Job, JobSummary } from '../contract/model'
import type { WorkerPool } from '../runtime/workerPool'
import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { Dispatcher } from './dispatcher'
import type { Ledger } from './ledger'
import type { CatalogNames, Submission } from './submission'
import { TrancheError } from '../contract/errors'
import { jobStates } from '../contract/model'
import { newId } from '../store/ids'
import { describe, summarise } from './describeJob'
import { isEnded } from './jobState'
import { readResult } from './resultFiles'
import { checkSubmission } from './submission'

export interface JobServiceDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly dispatcher: Dispatcher
  readonly pool: WorkerPool
  readonly catalog: CatalogNames
  readonly capacity: () => LabCapacity
  readonly jobsDir: string
  readonly nowMs: () => number
  readonly changes: Changes
}

export type JobService = ReturnType<typeof createJobService>

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

  const show = (id: string): Job => describe(row(id), store.items.ofJob(id), dispatcher.waitingFor(id), nowMs(), jobsDir)

  /** The job and its inputs in one transaction: whoever gets the id may rely on it. */
  function insert(asked: Pick<JobRow, 'recipe' | 'model' | 'params' | 'profile' | 'deviceId' | 'need' | 'outDir'>, inputs: readonly (string | null)[], from: Readonly<Record<string, unknown>>): Job {
    const atMs = nowMs()
    const id = newId('job')
    store.write(() => {
      store.jobs.insert({
        ...asked,
        id,
        state: 'queued',
        error: null,
        lastSlice: null,
        crashes: 0,
        crashesSinceResult: 0,
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
      const { model } = await checkSubmission(submission, deps.capacity(), deps.catalog)
      const inputs = submission.inputs.length > 0 ? submission.inputs : Array.from({ length: submission.synthetic ?? 1 }, () => null)
      return insert({
        recipe: submission.recipe,
        model,
        params: submission.params ?? {},
        profile: submission.profile ?? null,
        deviceId: submission.device ?? null,
        need: submission.need ?? null,
        outDir: submission.outDir ?? null,
      }, inputs, {})
    },

    list({ states, text, limit }: CallParsed<'jobs.list'>): JobSummary[] {
      const wanted = text?.trim().toLowerCase() ?? ''
      // A text is sought in all jobs, not only in the newest that would be shown.
      return store.jobs.list(states ?? jobStates, wanted === '' ? limit : Number.MAX_SAFE_INTEGER)
        .map(job => summarise(job, dispatcher.waitingFor(job.id), nowMs()))
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

    /** Submits an ended job anew, with all its inputs or with those that have no result. */
    retry({ id, onlyFailed }: CallParsed<'jobs.retry'>): Job {
      const job = row(id)
      if (!isEnded(job))
        throw new TrancheError('conflict', `Job ${id} is ${job.state}; it can be retried once it has ended.`)
      const inputs = store.items.ofJob(id).filter(({ state }) => !onlyFailed || state !== 'done').map(({ input }) => input)
      if (inputs.length === 0)
        throw new TrancheError('conflict', `Every input of job ${id} has its result; there is nothing to retry.`)
      return insert({ recipe: job.recipe, model: job.model, params: job.params, profile: job.profile, deviceId: job.deviceId, need: job.need, outDir: job.outDir }, inputs, { retryOf: id })
    },

    result: (id: string, index: number): Promise<unknown> => readResult(jobsDir, item(id, index)),
    inputPath: (id: string, index: number): string | null => store.items.get(id, index)?.input ?? null,
    input: (id: string, index: number): string | null => item(id, index).input,
  }
}
