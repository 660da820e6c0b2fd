import type { LabCapacity, LabSlice } from '../broker/capacity'
import type { JobMover } from '../broker/movingChange'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Dispatcher } from './dispatcher'
import type { Mover } from './mover'
import type { MoveService } from './moveService'
import type { Suspender } from './suspender'
import { TrancheError } from '../contract/errors'

export interface JobMoverDeps {
  readonly store: Store
  readonly dispatcher: Dispatcher
  readonly mover: Mover
  readonly moves: MoveService
  readonly suspender: Suspender
  readonly capacity: () => LabCapacity
}

/** What a change of layout asks of the jobs on the slices that it changes. A job that ends meanwhile needs nothing more. */
export function createJobMover({ store, dispatcher, mover, moves, suspender, capacity }: JobMoverDeps): JobMover {
  const running = (id: string): JobRow | undefined => {
    const job = store.jobs.get(id)
    return job?.state === 'running' ? job : undefined
  }

  function slice(id: string): LabSlice {
    const found = capacity().slices.find(each => each.id === id)
    if (!found)
      throw new TrancheError('internal', `Slice ${id} is not there.`)
    return found
  }

  /** Waits for a move; that the job ended by itself before is as good. */
  async function ifStillRunning(jobId: string, move: (job: JobRow) => Promise<unknown>): Promise<void> {
    const job = running(jobId)
    if (!job)
      return
    await move(job).catch((thrown: unknown) => {
      if (running(jobId))
        throw thrown
    })
  }

  return {
    moveTo: (jobId, sliceId) => ifStillRunning(jobId, job => mover.move(job, () => slice(sliceId), true)),
    moveAway: (jobId, deviceId) => ifStillRunning(jobId, job => moves.moveAway(job, deviceId)),
    suspend: jobId => ifStillRunning(jobId, job => suspender.suspend(job)),
    startOn(jobId, sliceId) {
      const job = store.jobs.get(jobId)
      const queued = job?.state === 'suspended' ? suspender.resume(job) : undefined
      if (queued)
        dispatcher.startOn(queued, slice(sliceId))
    },
    resume(jobId) {
      const job = store.jobs.get(jobId)
      if (job?.state === 'suspended')
        suspender.resume(job)
    },
  }
}
