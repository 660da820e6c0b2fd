import type { LabCapacity, LabSlice } from '../broker/capacity'
import type { CallOutput, CallParsed } from '../contract/calls'
import type { MoveReport, MoveTarget } from '../contract/model'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Mover } from './mover'
import type { MoveWish } from './moveTargets'
import { toErrorShape, TrancheError } from '../contract/errors'
import { chooseTarget, moveTargets, whyNoTarget } from './moveTargets'

export interface MoveServiceDeps {
  readonly store: Store
  readonly mover: Mover
  readonly capacity: () => LabCapacity
}

const anywhere: MoveWish = { slice: null, profile: null, device: null, need: null, tolerance: null }

export type MoveService = ReturnType<typeof createMoveService>

/** What people do to move running jobs. */
export function createMoveService({ store, mover, capacity }: MoveServiceDeps) {
  function running(id: string): JobRow {
    const job = store.jobs.get(id)
    if (!job)
      throw new TrancheError('not_found', `There is no job ${id}. \`tranche jobs\` lists them.`)
    if (job.state !== 'running')
      throw new TrancheError('conflict', `Job ${id} is ${job.state}; only a running job can be moved.`, { details: { state: job.state } })
    return job
  }

  /** The target as it is when the move begins, within its transaction. */
  function take(job: JobRow, wish: MoveWish, isMeant: (slice: LabSlice) => boolean = () => true): LabSlice {
    const slices = capacity().slices.filter(slice => slice.id === job.lastSlice?.id || isMeant(slice))
    const target = chooseTarget(job, slices, wish)
    if (!target)
      throw new TrancheError('conflict', `Job ${job.id} cannot be moved: ${whyNoTarget(job, slices, wish)}. \`tranche move ${job.id} --list\` shows every place.`, { retryable: true })
    return target
  }

  function move(job: JobRow, wish: Partial<MoveWish>): Promise<MoveReport> {
    const whole: MoveWish = { ...anywhere, ...wish }
    if (whole.slice !== null && whole.slice === job.lastSlice?.id)
      throw new TrancheError('conflict', `Job ${job.id} is on that slice already.`)
    return mover.move(job, () => take(job, whole))
  }

  /** To the smallest slice of another device that holds it. */
  function moveAway(job: JobRow, deviceId: string): Promise<MoveReport> {
    return mover.move(job, () => take(job, anywhere, ({ device }) => device !== deviceId))
  }

  return {
    targets(id: string): MoveTarget[] {
      return moveTargets(running(id), capacity().slices, null)
    },

    move: async ({ id, ...wish }: CallParsed<'jobs.move'>): Promise<MoveReport> => move(running(id), wish),

    moveAway,

    /** Moves every job off a device, one after the other, to slices of other devices. */
    async evacuate(deviceId: string): Promise<CallOutput<'devices.evacuate'>> {
      if (!store.devices.get(deviceId))
        throw new TrancheError('not_found', `There is no device ${deviceId}. \`tranche devices\` lists them.`)
      const moved: MoveReport[] = []
      const left: { job: string, why: string }[] = []
      for (const { id } of store.jobs.inState('running').filter(job => job.lastSlice?.device === deviceId)) {
        try {
          moved.push(await moveAway(running(id), deviceId))
        }
        catch (thrown) {
          if (store.jobs.get(id)?.state === 'running')
            left.push({ job: id, why: toErrorShape(thrown).message })
        }
      }
      return { moved, left }
    },
  }
}
