import type { ErrorShape } from '../contract/errors'
import type { BatchOutcome, FromWorker } from '../runtime/protocol'
import type { WorkerListener } from '../runtime/sliceWorker'
import type { JobRow } from '../store/jobs'
import type { LeaseRow } from '../store/leases'
import type { Store } from '../store/store'
import type { Ledger } from './ledger'
import { leaseInForce } from '../broker/grant'
import { TrancheError } from '../contract/errors'
import { resultPath } from '../runtime/resultPath'
import { crashLimit } from './jobState'

export interface ReportDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly nowMs: () => number
  /** All inputs have their result: copy them out, then end the job. */
  readonly finish: (jobId: string) => void
  /** A slice may be free, or a job back in the queue. */
  readonly wake: () => void
  /** Whether a person took this lease back, so that its worker was ended on purpose. */
  readonly wasRevoked: (epoch: number) => boolean
  readonly onFault: (jobId: string, thrown: unknown) => void
}

type JobMessage = Extract<FromWorker, { jobId: string }>

/** Takes what workers report. A message under any other lease than the job's present one changes nothing. */
export function createWorkerReports({ store, ledger, nowMs, finish, wake, wasRevoked, onFault }: ReportDeps): WorkerListener {
  function receive(message: JobMessage): void {
    const ended = message.type === 'finished' || message.type === 'failed'
    const isInForce = ledger.change(message.jobId, (job) => {
      const lease = leaseInForce(store, job.id, message.epoch)
      if (!lease)
        return false
      if (job.state === 'running')
        take(message, job, lease)
      else if (ended)
        ledger.release(lease, 'stopped')
      return job.state === 'running'
    })
    if (isInForce && message.type === 'finished')
      finish(message.jobId)
    if (ended)
      wake()
  }

  function take(message: JobMessage, job: JobRow, lease: LeaseRow): void {
    switch (message.type) {
      case 'loaded':
        store.events.append(nowMs(), 'job.loaded', job.id, { loadMs: message.loadMs })
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
        break
    }
  }

  /** The checkpoint: results that are on disk become the results of their inputs, each once. */
  function commitBatch(job: JobRow, epoch: number, outcomes: readonly BatchOutcome[]): void {
    for (const outcome of outcomes) {
      const result = outcome.ok
        ? { state: 'done' as const, output: resultPath(outcome.index, epoch, outcome.withFiles), error: null }
        : { state: 'failed' as const, output: null, error: outcome.error }
      if (!store.items.finish({ jobId: job.id, idx: outcome.index, epoch, ...result }))
        throw new TrancheError('internal', `A worker gave input ${outcome.index} of ${job.id} a second result.`)
    }
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
    onExit(_sliceId, running, why) {
      if (!running)
        return wake()
      try {
        ledger.change(running.jobId, (job) => {
          const lease = leaseInForce(store, job.id, running.epoch)
          if (!lease)
            return
          // The job was cancelled or failed before; its slice is free now that the worker is gone.
          if (job.state !== 'running')
            ledger.release(lease, 'stopped')
          else if (wasRevoked(lease.epoch))
            ledger.endTurn(job, lease, { type: 'requeued', why: 'revoked' })
          else if (job.crashesSinceResult + 1 < crashLimit)
            ledger.endTurn(job, lease, { type: 'requeued', why: 'worker-crashed' })
          else
            ledger.endTurn(job, lease, { type: 'finished', error: crashed(why) })
        })
      }
      catch (thrown) {
        onFault(running.jobId, thrown)
      }
      wake()
    },
  }
}

function crashed(why: string): ErrorShape {
  return {
    code: 'worker_crashed',
    message: `The worker died ${crashLimit} times in a row on this job without a result in between; the last time it was ${why}. The model or an input may ask for more memory than there is, or crash ONNX Runtime. Other jobs were not touched.`,
    details: { why },
    retryable: true,
  }
}
