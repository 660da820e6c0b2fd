import type { Death } from '../runtime/death'
import type { BatchOutcome, FromWorker } from '../runtime/protocol'
import type { WorkerListener } from '../runtime/workerTypes'
import type { JobRow } from '../store/jobs'
import type { LeaseRow } from '../store/leases'
import type { Store } from '../store/store'
import type { Evictor } from './evictor'
import type { Ledger } from './ledger'
import type { Mover } from './mover'
import type { Suspender } from './suspender'
import { leaseInForce } from '../broker/grant'
import { toErrorShape, TrancheError } from '../contract/errors'
import { deathError } from '../runtime/death'
import { placeText } from '../runtime/results/place'
import { blameOf } from './blame'

export interface ReportDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly nowMs: () => number
  /** Within a transaction: all inputs have their result. */
  readonly finish: (job: JobRow, lease: LeaseRow) => void
  /** A slice may be free, or a job back in the queue. */
  readonly wake: () => void
  readonly mover: Mover
  readonly suspender: Suspender
  readonly evictor: Evictor
  /** A served model has answered. */
  readonly onAnswers: (message: Extract<FromWorker, { type: 'answers' }>) => void
  /** A job's model is loaded. */
  readonly onLoaded: (jobId: string) => void
  readonly onFault: (jobId: string, thrown: unknown) => void
}

type JobMessage = Extract<FromWorker, { jobId: string }>

/** What has no answer and only has to be written down: as much of it as comes together is written together. */
function isGathered({ type }: JobMessage): boolean {
  return type === 'loaded' || type === 'log' || type === 'batch' || type === 'ran' || type === 'finished' || type === 'failed'
}

/** What is only of interest to people may be written with what comes after it, and after this long in any case. */
const lateMs = 50

function isUrgent({ type }: JobMessage): boolean {
  return type === 'batch' || type === 'finished' || type === 'failed'
}

/** Takes what workers report. A message under any other lease than the job's present one changes nothing. */
export function createWorkerReports({ store, ledger, nowMs, finish, wake, mover, suspender, evictor, onAnswers, onLoaded, onFault }: ReportDeps): WorkerListener {
  /** What came in this round of the event loop and is written in one transaction. */
  let inbox: JobMessage[] = []
  let flushing: NodeJS.Immediate | null = null
  let late: NodeJS.Timeout | null = null

  function receive(message: JobMessage): void {
    if (isGathered(message) && !mover.isPreparing(message.epoch)) {
      inbox.push(message)
      if (isUrgent(message))
        flushing ??= setImmediate(flush)
      else
        late ??= setTimeout(flush, lateMs)
      return
    }
    flush()
    takeAtOnce(message)
  }

  /** Writes what has come in. A message that cannot be taken takes nothing from those of other jobs. */
  function flush(): void {
    if (flushing)
      clearImmediate(flushing)
    flushing = null
    clearTimeout(late ?? undefined)
    late = null
    const messages = inbox
    inbox = []
    if (messages.length === 0)
      return
    const faults: [string, unknown][] = []
    try {
      ledger.commit(() => {
        faults.length = 0
        for (const message of messages) {
          try {
            ledger.change(message.jobId, job => takeGathered(message, job))
          }
          catch (thrown) {
            if (toErrorShape(thrown).code === 'disk_full')
              throw thrown
            faults.push([message.jobId, thrown])
          }
        }
      })
    }
    catch (thrown) {
      faults.push(...[...new Set(messages.map(({ jobId }) => jobId))].map((jobId): [string, unknown] => [jobId, thrown]))
    }
    faults.forEach(([jobId, thrown]) => onFault(jobId, thrown))
  }

  /** Within a transaction. */
  function takeGathered(message: JobMessage, job: JobRow): void {
    const lease = leaseInForce(store, job.id, message.epoch)
    const ended = message.type === 'finished' || message.type === 'failed'
    if (ended)
      ledger.afterwards(wake)
    if (!lease)
      return
    if (job.state !== 'running')
      return ended ? ledger.release(lease, 'stopped') : undefined
    take(message, job, lease)
  }

  function takeAtOnce(message: JobMessage): void {
    if (mover.takeMessage(message) || message.type === 'progress')
      return
    if (message.type === 'answers')
      return onAnswers(message)
    const left = message.type === 'yielded'
    let goesOn = false
    const isInForce = ledger.change(message.jobId, (job) => {
      const lease = leaseInForce(store, job.id, message.epoch)
      if (!lease)
        return false
      if (left && job.state === 'running')
        goesOn = leave(message, job, lease)
      else if (left)
        ledger.release(lease, 'stopped')
      return job.state === 'running'
    })
    if (goesOn && left) {
      mover.goOn(message.jobId, message.carry)
      suspender.follow(message.jobId)
    }
    if (isInForce && message.type === 'began')
      mover.began(message.jobId, message.epoch, message.atMs)
    if (left)
      wake()
  }

  /** The worker left off where it was asked to. Returns whether another one goes on at once. */
  function leave(message: Extract<JobMessage, { type: 'yielded' }>, job: JobRow, lease: LeaseRow): boolean {
    if (mover.yielded(job, lease, message.carry, message.atMs))
      return true
    store.carries.set(job.id, message.carry && { idx: message.carry.index, state: message.carry.state })
    ledger.endTurn(job, lease, suspender.isAsked(job.id) ? { type: 'suspended' } : evictor.requeued(job.id))
    return false
  }

  function take(message: JobMessage, job: JobRow, lease: LeaseRow): void {
    switch (message.type) {
      case 'loaded':
        store.events.append(nowMs(), 'job.loaded', job.id, { loadMs: message.loadMs })
        ledger.afterwards(() => onLoaded(job.id))
        break
      case 'log':
        store.events.append(nowMs(), 'job.log', job.id, { text: message.text })
        break
      case 'batch':
        commitBatch(job, message.epoch, message.outcomes)
        break
      case 'failed':
        ledger.endTurn(job, lease, { type: 'finished', error: message.error })
        break
      case 'finished':
        finish(job, lease)
        break
      case 'ran':
        ledger.apply(job, { type: 'ran', report: message.report })
        break
      default:
        break
    }
  }

  /** The checkpoint: results that are on disk become the results of their inputs, each once. */
  function commitBatch(job: JobRow, epoch: number, outcomes: readonly BatchOutcome[]): void {
    for (const outcome of outcomes) {
      const result = outcome.ok
        ? { state: 'done' as const, output: placeText({ ...outcome, epoch }), error: null }
        : { state: 'failed' as const, output: null, error: outcome.error }
      if (!store.items.finish({ jobId: job.id, idx: outcome.index, epoch, ...result }))
        throw new TrancheError('internal', `A worker gave input ${outcome.index} of ${job.id} a second result.`)
    }
    store.carries.set(job.id, null)
    const done = outcomes.filter(({ ok }) => ok).length
    ledger.apply(job, { type: 'progressed', done, failed: outcomes.length - done })
  }

  return {
    onJobMessage(_sliceId, message) {
      try {
        receive(message)
      }
      catch (thrown) {
        onFault(message.jobId, thrown)
      }
    },
    onExit(_sliceId, running, death) {
      // What it said before its end comes first.
      flush()
      if (!running)
        return wake()
      if (mover.takeExit(running.epoch, death))
        return
      try {
        ledger.change(running.jobId, (job) => {
          const lease = leaseInForce(store, job.id, running.epoch)
          if (!lease)
            return
          // The job was cancelled or failed before; its slice is free now that the worker is gone.
          if (job.state !== 'running')
            return ledger.release(lease, 'stopped')
          // What it was in the middle of may be what killed it.
          store.carries.set(job.id, null)
          if (death.kind === 'stopped' && evictor.isAsked(job.id))
            return void ledger.endTurn(job, lease, evictor.requeued(job.id))
          const blame = death.kind === 'stopped' ? 'revoked' : blameOf(job, running, death)
          if (blame === 'input')
            return failFirstInput(job, lease, death)
          ledger.endTurn(job, lease, typeof blame === 'string' ? { type: 'requeued', why: blame } : { type: 'finished', error: blame })
        })
      }
      catch (thrown) {
        onFault(running.jobId, thrown)
      }
      wake()
    },
  }

  /** The input that the worker computed alone gets its death as its result; the others go on. */
  function failFirstInput(job: JobRow, lease: LeaseRow, death: Death): void {
    const [input] = store.items.pending(job.id)
    if (input)
      store.items.finish({ jobId: job.id, idx: input.idx, epoch: lease.epoch, state: 'failed', output: null, error: deathError(death) })
    const counted = ledger.apply(job, { type: 'progressed', done: 0, failed: input ? 1 : 0 })
    ledger.endTurn(counted, lease, { type: 'requeued', why: 'worker-died' })
  }
}
