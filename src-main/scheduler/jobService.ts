import type { LabCapacity } from '../broker/capacity'
import type { CallParsed } from '../contract/calls'
import type { Answer, Dependency, Job, JobSummary, WireTensor } from '../contract/model'
import type { Requests } from '../runtime/requests'
import type { WorkerPool } from '../runtime/workerPool'
import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Admitted } from './admission'
import type { Book } from './book'
import type { Dispatcher } from './dispatcher'
import type { Ledger } from './ledger'
import type { Mover } from './mover'
import type { Registry } from './registry'
import type { CatalogNames, Submission } from './submission'
import type { Suspender } from './suspender'
import { toErrorShape, TrancheError } from '../contract/errors'
import { jobStates } from '../contract/model'
import { newId } from '../store/ids'
import { admit, dealOut } from './admission'
import { describe, summarise } from './describeJob'
import { isEnded } from './jobState'
import { readResult } from './resultFiles'
import { checkSubmission } from './submission'
import { submissionOf } from './submissionOf'

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
  readonly book: Book
  readonly registry: Registry
  /** Why a queued job does not run yet, in words; null for any other. */
  readonly waitingFor: (job: JobRow) => string | null
  readonly namesOf: (job: JobRow) => Pick<JobSummary, 'tenant' | 'queue' | 'priorityClass'>
  /** Place and priority that put a job before another one, or at the end of its line. */
  readonly placeBefore: (job: JobRow, before: string | null) => Pick<JobRow, 'place' | 'priority'>
}

export type JobService = ReturnType<typeof createJobService>

/** What the submitter chose. */
type Asked = Admitted & Pick<JobRow, 'recipe' | 'model' | 'params' | 'profile' | 'deviceId' | 'need' | 'leastMiB' | 'backends' | 'timeLimitMs' | 'serving' | 'outDir'>

/** A submission that was checked, and may be written down. */
interface Accepted {
  readonly asked: Asked
  readonly inputs: readonly (string | null)[]
  readonly dependsOn: readonly Dependency[]
  /** Members of its gang; 1 for a job of its own. */
  readonly count: number
  readonly hold: boolean
  readonly from: Readonly<Record<string, unknown>>
}

/** What people do with jobs: submit, look, cancel, retry. */
export function createJobService(deps: JobServiceDeps) {
  const { store, ledger, dispatcher, jobsDir, nowMs } = deps

  /** A job and those that start with it, as they are in the database; itself alone without a gang. */
  function gangOf(job: JobRow): JobRow[] {
    return job.gang === null ? [job] : deps.book.gang(job.gang.id).flatMap(id => store.jobs.get(id) ?? [])
  }

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

  const summary = (job: JobRow): JobSummary => summarise(job, { waiting: deps.waitingFor(job), moving: deps.mover.movingTo(job.id), ...deps.namesOf(job) }, nowMs())

  function show(id: string): Job {
    const job = row(id)
    return describe(job, store.items.ofJob(id), store.dependencies.ofJob(id), summary(job), jobsDir)
  }

  /** Within a transaction: jobs, inputs and what they wait for. Whoever gets the ids may rely on them. */
  function insert({ asked, inputs, dependsOn, count, hold, from }: Accepted): string[] {
    const atMs = nowMs()
    const gangId = count > 1 ? newId('gang') : null
    return dealOut(inputs, count).map((own, index) => {
      const id = newId('job')
      ledger.insert(newJob(id, pick(asked), { atMs, hold, gang: gangId === null ? null : { id: gangId, index, size: count }, itemCount: own.length, firstInput: own[0] ?? null }))
      for (const [place, input] of own.entries())
        store.items.insert(id, place, input)
      for (const { job, on } of dependsOn)
        store.dependencies.insert({ jobId: id, onJobId: job, needs: on })
      store.events.append(atMs, 'job.queued', id, { recipe: asked.recipe, model: asked.model, inputs: own.length, tenant: asked.tenantId, queue: asked.queueId, ...from })
      return id
    })
  }

  async function accept(submission: Submission, more: number): Promise<Accepted> {
    const admitted = admit(deps, submission, nowMs(), more)
    const { model, leastMiB } = await checkSubmission(submission, deps.capacity(), deps.catalog)
    const made = submission.serving ? 0 : submission.synthetic ?? 1
    const inputs = submission.inputs.length > 0 ? submission.inputs : Array.from({ length: made }, () => null)
    const count = submission.count ?? 1
    if (count > 1 && !submission.serving && inputs.length < count)
      throw new TrancheError('invalid_input', `${inputs.length === 1 ? 'One input' : `${inputs.length} inputs`} cannot be dealt out among ${count} slices. Ask for fewer, or give more inputs.`)
    return {
      asked: {
        ...admitted,
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
      },
      inputs,
      dependsOn: submission.dependsOn ?? [],
      count,
      hold: submission.hold ?? false,
      from: {},
    }
  }

  return {
    summary,

    /** Answers once the job is on disk: the first of its gang. */
    async submit(submission: Submission): Promise<Job> {
      const accepted = await accept(submission, 0)
      const [id] = ledger.commit(() => insert(accepted))
      dispatcher.wake()
      return show(id)
    },

    /** All or none, in one transaction. */
    async submitMany(submissions: readonly Submission[]): Promise<{ ids: string[] }> {
      const accepted: Accepted[] = []
      const wrong: { place: number, message: string }[] = []
      for (const [place, submission] of submissions.entries()) {
        try {
          accepted.push(await accept(submission, accepted.reduce((sum, { count }) => sum + count, 0)))
        }
        catch (thrown) {
          wrong.push({ place, message: toErrorShape(thrown).message })
        }
      }
      if (wrong.length > 0)
        throw new TrancheError('invalid_input', `None of the ${submissions.length} jobs was accepted, as ${wrong.length === 1 ? 'one is' : `${wrong.length} are`} wrong. Number ${wrong[0].place + 1}: ${wrong[0].message}`, { details: { wrong: wrong.slice(0, 100) } })
      const ids = ledger.commit(() => accepted.flatMap(insert))
      dispatcher.wake()
      return { ids }
    },

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
      dispatcher.wake()
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
      dispatcher.wake()
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
      const [copy] = ledger.commit(() => insert({ asked: job, inputs, dependsOn: [], count: 1, hold: false, from: { retryOf: id } }))
      dispatcher.wake()
      return show(copy)
    },

    submission(id: string) {
      return submissionOf(row(id), store.items.ofJob(id), store.dependencies.ofJob(id), deps.registry, nowMs())
    },

    result: (id: string, index: number): Promise<unknown> => readResult(jobsDir, item(id, index)),
    inputPath: (id: string, index: number): string | null => store.items.get(id, index)?.input ?? null,
    input: (id: string, index: number): string | null => item(id, index).input,
  }
}

function pick({ recipe, model, params, profile, deviceId, need, leastMiB, backends, timeLimitMs, serving, outDir, name, tenantId, queueId, priority, labels, notBeforeMs, deadlineMs, maxRunMs, retries }: Asked): Asked {
  return { recipe, model, params, profile, deviceId, need, leastMiB, backends, timeLimitMs, serving, outDir, name, tenantId, queueId, priority, labels, notBeforeMs, deadlineMs, maxRunMs, retries }
}

interface Fresh extends Pick<JobRow, 'gang' | 'itemCount' | 'firstInput'> {
  readonly atMs: number
  readonly hold: boolean
}

/** A job that nothing has happened to yet. */
function newJob(id: string, asked: Asked, { atMs, hold, ...rest }: Fresh): JobRow {
  return {
    ...asked,
    ...rest,
    id,
    state: hold ? 'suspended' : 'queued',
    place: atMs,
    tries: 1,
    preemptions: 0,
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
    doneCount: 0,
    failedCount: 0,
  }
}
