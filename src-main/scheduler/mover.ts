import type { LabSlice } from '../broker/capacity'
import type { Job, MoveReport } from '../contract/model'
import type { Death } from '../runtime/death'
import type { Carry, FromWorker } from '../runtime/protocol'
import type { JobRow, JobSlice } from '../store/jobs'
import type { LeaseRow } from '../store/leases'
import type { Ledger } from './ledger'
import type { StartDeps } from './startWorker'
import { grant, jobHolder, release } from '../broker/grant'
import { toErrorShape, TrancheError } from '../contract/errors'
import { deathError } from '../runtime/death'
import { startWorker } from './startWorker'

export interface MoverDeps extends StartDeps {
  readonly ledger: Ledger
  readonly nowMs: () => number
  /** All inputs have their result. */
  readonly finish: (jobId: string) => void
  /** A slice may be free. */
  readonly wake: () => void
}

interface Move {
  readonly jobId: string
  readonly from: JobSlice
  readonly to: JobSlice
  /** Epoch of the incoming lease. */
  readonly epoch: number
  phase: 'warming' | 'handing-over' | 'beginning'
  warmMs: number
  /** When the old worker's last batch ended, on the host's monotonic clock. */
  leftAtMs: number
  readonly end: (result: MoveReport | TrancheError) => void
}

type JobMessage = Extract<FromWorker, { jobId: string }>
export type Mover = ReturnType<typeof createMover>

/**
 * Moves running jobs from slice to slice. The job gets a second, incoming lease; a worker there loads the model and warms
 * up while the old one goes on. Then the old one is asked to leave off, and in one transaction its last results are kept, its
 * lease ends and the incoming one comes into force. Until that transaction the old worker is the job's; after it the new
 * one is; a crash of anything in between leaves it with one of them, or in the queue with its results.
 */
export function createMover(deps: MoverDeps) {
  const { store, ledger, pool, nowMs } = deps
  const moves = new Map<string, Move>()

  ledger.onChanged(({ id, state }) => {
    const move = moves.get(id)
    if (move && state !== 'running')
      drop(move, new TrancheError('conflict', `The job was ${state} before it could be moved.`))
  })

  /** Ends a move that did not come to its end; what the target's worker does has no effect any more. */
  function drop(move: Move, error: TrancheError): void {
    if (moves.get(move.jobId) !== move)
      return
    moves.delete(move.jobId)
    const incoming = store.leases.incomingOf(move.jobId)
    if (incoming) {
      store.write(() => {
        release(store, incoming, 'move-dropped', nowMs())
        store.events.append(nowMs(), 'job.move-dropped', move.jobId, { to: move.to.id, why: error.message })
      })
      // The slice is free at once, so the process that still warms up on it has to go.
      pool.stop(move.to.id)
    }
    move.end(error)
    deps.wake()
  }

  function begin(job: JobRow, take: () => LabSlice, duringChange: boolean, end: Move['end']): void {
    const started = ledger.change(job.id, (current) => {
      if (current.state !== 'running' || current.lastSlice === null || !store.leases.liveOf(job.id))
        throw new TrancheError('conflict', `Job ${job.id} is ${current.state}; only a running job can be moved. A queued one goes where its request says.`)
      const slice = take()
      const lease = grant(store, [slice.row], jobHolder(job.id, 'incoming'), nowMs(), duringChange)
      store.events.append(nowMs(), 'job.moving', job.id, { from: current.lastSlice.id, to: slice.id, epoch: lease.epoch })
      return { slice, lease, from: current.lastSlice }
    })
    if (!started)
      return end(new TrancheError('not_found', `There is no job ${job.id}.`))
    const { slice, lease, from } = started
    const to = { id: slice.id, device: slice.device, profile: slice.profile, start: slice.start, size: slice.row.size }
    const move: Move = { jobId: job.id, from, to, epoch: lease.epoch, phase: 'warming', warmMs: 0, leftAtMs: 0, end }
    moves.set(job.id, move)
    try {
      if (!startWorker(deps, job, slice, lease.epoch, true))
        drop(move, new TrancheError('conflict', `Job ${job.id} has no inputs left: it ends where it is.`))
    }
    catch (thrown) {
      drop(move, TrancheError.fromShape(toErrorShape(thrown)))
    }
  }

  const ofTarget = (epoch: number): Move | undefined => [...moves.values()].find(move => move.epoch === epoch && move.phase !== 'beginning')

  return {
    /**
     * Answers once the job runs on the slice that `take` gives, within a transaction. Throws where it cannot, and the job goes on
     * where it was. `duringChange`: by the change of layout that the device is in.
     */
    move(job: JobRow, take: () => LabSlice, duringChange = false): Promise<MoveReport> {
      if (moves.has(job.id))
        throw new TrancheError('conflict', `Job ${job.id} is being moved already.`, { retryable: true })
      return new Promise((resolve, reject) => begin(job, take, duringChange, result => result instanceof TrancheError ? reject(result) : resolve(result)))
    },

    /** Whether a worker under this epoch only gets ready for a job. */
    isPreparing: (epoch: number): boolean => ofTarget(epoch) !== undefined,

    /** What a worker says that only gets ready for a job. Returns false for one that speaks for the job. */
    takeMessage(message: JobMessage): boolean {
      const move = ofTarget(message.epoch)
      if (!move)
        return false
      if (message.type === 'prepared') {
        move.phase = 'handing-over'
        move.warmMs = message.warmMs
        const source = store.leases.liveOf(move.jobId)
        if (!source || !pool.yieldJob(source.sliceIds[0], source.epoch))
          drop(move, new TrancheError('conflict', `Job ${move.jobId} left its slice before it could be moved.`, { retryable: true }))
      }
      else if (message.type === 'failed' || message.type === 'finished') {
        drop(move, message.type === 'failed' ? TrancheError.fromShape(message.error) : new TrancheError('internal', 'The new worker ended before it began.'))
      }
      return true
    },

    /** The end of a worker that only got ready for a job. Returns false for one that had the job. */
    takeExit(epoch: number, death: Death): boolean {
      const move = ofTarget(epoch)
      if (move)
        drop(move, TrancheError.fromShape(deathError(death)))
      return move !== undefined
    },

    /** The old worker left the job. Returns false if no move waits for that. */
    yielded(job: JobRow, source: LeaseRow, carry: Carry | null, atMs: number): boolean {
      const move = moves.get(job.id)
      const incoming = store.leases.incomingOf(job.id)
      if (move?.phase !== 'handing-over' || !incoming)
        return false
      release(store, source, 'moved', nowMs())
      store.leases.comeIntoForce(incoming.epoch)
      store.carries.set(job.id, carry && { idx: carry.index, state: carry.state })
      ledger.apply(job, { type: 'moved', from: move.from, slice: move.to, warmMs: move.warmMs })
      move.phase = 'beginning'
      move.leftAtMs = atMs
      return true
    },

    /** After the transaction of `yielded`: the new worker goes on. */
    goOn(jobId: string, carry: Carry | null): void {
      const move = moves.get(jobId)
      if (!move)
        return
      const [next] = store.items.pending(jobId)
      pool.go(move.to.id, { type: 'go', epoch: move.epoch, from: next?.idx ?? Number.MAX_SAFE_INTEGER, carry })
      deps.wake()
      const job = store.jobs.get(jobId)
      if (!next && !job?.serving)
        this.began(jobId, move.epoch, move.leftAtMs)
    },

    /** The first input began on the new slice. */
    began(jobId: string, epoch: number, atMs: number): void {
      const move = moves.get(jobId)
      if (move?.epoch !== epoch || move.phase !== 'beginning')
        return
      moves.delete(jobId)
      const pauseMs = Math.max(0, atMs - move.leftAtMs)
      ledger.change(jobId, job => job.state === 'running' && ledger.apply(job, { type: 'paused', pauseMs }))
      move.end({ job: jobId, from: move.from, to: move.to, pauseMs, warmMs: move.warmMs })
    },

    /** Where a job is being moved to. */
    movingTo(jobId: string): Job['moving'] {
      const move = moves.get(jobId)
      return move && move.phase !== 'beginning' ? { slice: move.to, phase: move.phase } : null
    },

    /** Whether the slice is the target of a move. */
    isTarget: (sliceId: string): boolean => [...moves.values()].some(({ to }) => to.id === sliceId),
  }
}
