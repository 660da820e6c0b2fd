import type { CallParsed } from '../../src-main/contract/calls'
import type { Job, MoveReport, MoveTarget } from '../../src-main/contract/model'
import type { Handlers } from '../../src-main/contract/router'
import type { MockState } from './mockState'
import { TrancheError } from '../../src-main/contract/errors'
import { leafSlices } from '../../src-renderer/floorPlan'

const warmMs = 1800
const handOverMs = 700
const pauseMs = 12.4
/** What the mock lab's jobs need of a slice. */
const neededMiB = 4200

/** Calls that suspend, resume and move jobs, as slowly as one can watch. `go` lets a job that waits begin. */
export function mockMoves(state: MockState, go: (id: string) => void) {
  function release(job: Job) {
    if (job.slice)
      state.putSlice(job.slice.id, { lease: null })
  }

  async function move(job: Job, target: MoveTarget): Promise<MoveReport> {
    const from = job.slice
    const lease = state.devices.flatMap(({ slices }) => slices).find(({ id }) => id === from?.id)?.lease
    if (job.state !== 'running' || !from)
      throw new TrancheError('conflict', `Job ${job.id} is ${job.state}: only a running job can be moved.`)
    const placed = state.device(target.device).slices.find(({ id }) => id === target.slice)
    const to = { id: target.slice, device: target.device, profile: target.profile, start: target.start, size: placed?.size ?? 1 }
    state.putSlice(to.id, { lease: lease && { ...lease, epoch: lease.epoch + 1, grantedAtMs: state.now() } })
    state.putJob({ ...state.job(job.id), moving: { slice: to, phase: 'warming' } })
    await after(warmMs)
    state.putJob({ ...state.job(job.id), moving: { slice: to, phase: 'handing-over' } })
    await after(handOverMs)
    const now = state.job(job.id)
    release(now)
    state.putJob({ ...now, slice: to, moving: null, moves: now.moves + 1, lastPauseMs: pauseMs })
    return { job: job.id, from, to, pauseMs, warmMs }
  }

  function chosen(job: Job, { slice, device, profile }: CallParsed<'jobs.move'>): MoveTarget {
    const asked = targetsOf(state, job).filter(target => slice === undefined ? (!device || target.device === device) && (!profile || target.profile === profile) : target.slice === slice)
    const target = asked.find(({ ok }) => ok)
    if (target)
      return target
    throw new TrancheError('conflict', asked[0] ? `The job cannot go to ${asked[0].profile} on ${asked[0].deviceName}: ${asked[0].reasons.join('; ')}. Choose another slice.` : 'There is no such slice. It may be gone: look again.')
  }

  return {
    'jobs.suspend': ({ id }) => {
      const job = state.job(id)
      if (job.state !== 'running' && job.state !== 'queued')
        throw new TrancheError('conflict', `Job ${id} is ${job.state} and cannot be suspended.`)
      release(job)
      return state.putJob({ ...job, state: 'suspended', waiting: null, moving: null })
    },
    'jobs.resume': ({ id }) => {
      const job = state.putJob({ ...state.job(id), state: 'queued', waiting: 'A slice is made ready' })
      go(id)
      return job
    },
    'jobs.moveTargets': ({ id }) => targetsOf(state, state.job(id)),
    'jobs.move': (asked) => {
      const job = state.job(asked.id)
      return move(job, chosen(job, asked))
    },
    'devices.evacuate': async ({ id }) => {
      const moved: MoveReport[] = []
      const left: { job: string, why: string }[] = []
      for (const job of state.jobs.filter(job => job.state === 'running' && job.slice?.device === id)) {
        const target = targetsOf(state, job).find(({ device, ok }) => ok && device !== id)
        if (target)
          moved.push(await move(job, target))
        else
          left.push({ job: job.id, why: 'No slice of another device is free and has the memory that it needs.' })
      }
      return { moved, left }
    },
    'jobs.infer': ({ inputs }) => ({ outputs: inputs, latencyMs: 3.1, batch: 4 }),
  } satisfies Partial<Handlers>
}

function targetsOf({ devices }: MockState, job: Job): MoveTarget[] {
  return devices.flatMap(({ id: device, name: deviceName, kind, unusable, slices }) => leafSlices(slices).filter(({ id }) => id !== job.slice?.id).map(({ id: slice, profile, start, memoryMiB, lease }): MoveTarget => {
    const reasons = [
      lease ? `it is held by ${lease.holder}` : null,
      memoryMiB < neededMiB ? `the job needs ${neededMiB} MiB and the slice has ${memoryMiB} MiB` : null,
      unusable,
      kind === 'gpu' ? 'it computes with CUDA and the job with the CPU, so results would differ a little: name the difference that is allowed with `tranche move --tolerance`' : null,
    ].filter(reason => reason !== null)
    return { slice, device, deviceName, profile, start, memoryMiB, ok: reasons.length === 0, reasons }
  }))
}

function after(ms: number): Promise<void> {
  return new Promise(done => setTimeout(done, ms))
}
