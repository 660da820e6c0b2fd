import type { Requests } from '../runtime/requests'
import type { DispatcherDeps } from './dispatcher'
import type { JobServiceDeps } from './jobService'
import { TrancheError } from '../contract/errors'
import { createRequests } from '../runtime/requests'
import { createDispatcher } from './dispatcher'
import { createJobMover } from './jobMover'
import { createJobService } from './jobService'
import { isEnded } from './jobState'
import { createMover } from './mover'
import { createMoveService } from './moveService'
import { createSuspender } from './suspender'
import { createWorkerReports } from './workerReports'

export interface SchedulerDeps extends DispatcherDeps {
  readonly models: JobServiceDeps['catalog']
  readonly changes: JobServiceDeps['changes']
}

/** Everything that happens to jobs, wired together. The pool's reports go to `reports`. */
export function createScheduler({ models, changes, ...deps }: SchedulerDeps) {
  const { store, ledger, pool } = deps
  const dispatcher = createDispatcher(deps)
  const suspender = createSuspender({ store, ledger, pool, wake: dispatcher.wake })
  const requests: Requests = createRequests({
    send(jobId, request, inputs) {
      const lease = store.leases.liveOf(jobId)
      return lease !== undefined && pool.infer(lease.sliceIds[0], lease.epoch, request, inputs)
    },
  })
  const mover = createMover({ ...deps, finish: dispatcher.finish, wake: dispatcher.wake })
  const reports = createWorkerReports({ ...deps, finish: dispatcher.finish, wake: dispatcher.wake, mover, suspender, onAnswers: ({ jobId, answers }) => answers.forEach(({ request, answer }) => requests.answered(jobId, request, answer)), onLoaded: requests.moved, onFault: dispatcher.fault })
  const jobs = createJobService({ ...deps, catalog: models, dispatcher, mover, suspender, requests, changes })
  const moves = createMoveService({ store, mover, capacity: deps.capacity })
  ledger.onChanged((jobId) => {
    const job = store.jobs.get(jobId)
    // While it is queued or moved its requests wait for the worker that takes it up.
    if (job?.serving && (isEnded(job) || job.state === 'suspended'))
      requests.ended(jobId, new TrancheError('conflict', `Job ${jobId} is ${job.state} and answers no requests.`))
  })
  const jobMover = createJobMover({ store, dispatcher, mover, moves, suspender, capacity: deps.capacity })
  return { dispatcher, suspender, mover, reports, jobs, moves, jobMover }
}
