import type { LayoutStep } from '../contract/model'
import type { CutRules } from '../slicing/cutRules'
import type { DeviceRow } from '../store/devices'
import type { DeviceLayout } from '../store/layoutChanges'
import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import { TrancheError } from '../contract/errors'
import { destroySlice, insertSlice } from '../inventory/sliceRows'

/** Takes running jobs from slice to slice; the scheduler does. Each throws where it cannot, and the job goes on where it was. */
export interface JobMover {
  /** To a slice of a device whose layout is being changed. */
  readonly moveTo: (jobId: string, sliceId: string) => Promise<void>
  /** To a slice of another device that serves what the job asked for. */
  readonly moveAway: (jobId: string, deviceId: string) => Promise<void>
  /** Off its slice, at the end of a batch. */
  readonly suspend: (jobId: string) => Promise<void>
  /** A suspended job on a slice of a device whose layout is being changed. */
  readonly startOn: (jobId: string, sliceId: string) => void
  /** A suspended job back into its queue. */
  readonly resume: (jobId: string) => void
}

export interface MovingDeps {
  readonly store: Store
  readonly nowMs: () => number
  readonly jobs: JobMover
}

/** A job, and which of the slices of a GPU instance it holds: 0 for the instance itself, then its compute instances. */
interface Standing {
  readonly jobId: string
  readonly place: number
}

/** Jobs that were taken off their slices for a step, by the slice; they have to run again whatever comes. */
export type StandingStill = Map<string, readonly Standing[]>

/**
 * Carries one step out on a virtual device, and moves the jobs on its slice: live where the new place can be made before the
 * old one goes, else by standing still in between. No rule is broken after any step. Throws where a job cannot be moved.
 */
export async function carryMovingStep({ store, nowMs, jobs }: MovingDeps, device: DeviceRow, rules: CutRules, after: DeviceLayout, step: LayoutStep, still: StandingStill): Promise<void> {
  switch (step.op) {
    case 'configure':
      return store.write(() => {
        store.devices.configure(device.id, after.mode, after.settings)
        store.events.append(nowMs(), 'device.configured', device.id, { mode: after.mode, settings: after.settings })
      })
    case 'create': {
      const made = create(step)
      const waiting = step.slice === null ? undefined : still.get(step.slice)
      for (const { jobId, place } of waiting ?? [])
        jobs.startOn(jobId, rowsOf(made)[place].id)
      still.delete(step.slice ?? '')
      return
    }
    case 'destroy': {
      const row = rowOf(step)
      if (step.interrupts) {
        await standStill(row)
        return destroy(row)
      }
      for (const { jobId } of jobsOn(row))
        await jobs.moveAway(jobId, device.id)
      return destroy(row)
    }
    case 'move': {
      const row = rowOf(step)
      if (step.interrupts) {
        await standStill(row)
        destroy(row)
        return carryMovingStep({ store, nowMs, jobs }, device, rules, after, { ...step, op: 'create' }, still)
      }
      const made = create(step)
      for (const { jobId, place } of jobsOn(row))
        await jobs.moveTo(jobId, rowsOf(made)[place].id)
      return destroy(row)
    }
  }

  async function standStill(row: SliceRow): Promise<void> {
    const standing = jobsOn(row)
    for (const { jobId } of standing)
      await jobs.suspend(jobId)
    // One that ended meanwhile needs no place any more.
    still.set(row.id, standing.filter(({ jobId }) => store.jobs.get(jobId)?.state === 'suspended'))
  }

  function rowOf({ slice, profile, start }: LayoutStep): SliceRow {
    const row = store.slices.ofDevice(device.id).find(each => each.parentId === null && (slice === each.id || (each.profile === profile && each.start === start)))
    if (!row)
      throw new TrancheError('conflict', `The slice ${profile} of ${device.name} is gone. Look at the layout again and plan anew.`, { retryable: true })
    return row
  }

  function rowsOf(row: SliceRow): SliceRow[] {
    return [row, ...store.slices.ofDevice(device.id).filter(({ parentId }) => parentId === row.id)]
  }

  function jobsOn(row: SliceRow): Standing[] {
    return rowsOf(row).flatMap(({ id }, place) => {
      const lease = store.leases.onSlice(id)
      if (lease && lease.holderKind !== 'job')
        throw new TrancheError('in_use', `${row.profile} at slot ${row.start} of ${device.name} is held by ${lease.holder}, which only its owner can move. Release that lease, then apply.`, { details: { holders: [lease.holder] }, retryable: true })
      return lease ? [{ jobId: lease.holder, place }] : []
    })
  }

  function create({ profile, start, compute }: LayoutStep): SliceRow {
    const present = store.slices.ofDevice(device.id).filter(({ parentId }) => parentId === null)
    const answer = rules.cut(present, profile, start)
    if (!answer.ok)
      throw new TrancheError('conflict', answer.refusal.message, { details: { rule: answer.refusal.rule } })
    return store.write(() => insertSlice(store, device.id, rules, { ...answer.cut, ...(compute && { compute }) }, nowMs()))
  }

  /** A job that was cancelled keeps its slice until its worker has stopped. */
  function destroy(row: SliceRow): void {
    const [staying] = jobsOn(row)
    if (staying)
      throw new TrancheError('in_use', `${row.profile} at slot ${row.start} of ${device.name} is still held by ${staying.jobId}, whose worker is being stopped. Apply again in a few seconds.`, { details: { holders: [staying.jobId] }, retryable: true })
    store.write(() => destroySlice(store, row, nowMs()))
  }
}
