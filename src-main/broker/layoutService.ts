import type { CallOutput, CallParsed } from '../contract/calls'
import type { Device, Explanation, LayoutPlan } from '../contract/model'
import type { DeviceService } from '../inventory/deviceService'
import type { DeviceRow } from '../store/devices'
import type { Changes } from '../telemetry/changes'
import type { LayoutJournal } from './layoutJournal'
import type { LayoutWish, PlannerDeps } from './layoutPlanner'
import { TrancheError } from '../contract/errors'
import { explain } from '../slicing/explain/explain'
import { rulesOf } from '../slicing/rules'
import { layoutOf, placedSlices } from './deviceLayout'
import { planLayout } from './layoutPlanner'

export interface LayoutServiceDeps extends PlannerDeps {
  readonly devices: DeviceService
  readonly journal: LayoutJournal
  readonly changes: Changes
  readonly nowMs: () => number
  /** Slices came or went: jobs may start, and workers of slices that are gone may end. */
  readonly onChanged: () => void
}

export type LayoutService = ReturnType<typeof createLayoutService>
type Applied = CallOutput<'slices.apply'>

/** What people do with the layout of a device: ask, plan, apply, take back. */
export function createLayoutService(deps: LayoutServiceDeps) {
  const { store, devices, journal } = deps

  /** A layout that is being changed, or could not be, is only ever put right as a whole. */
  async function carryOut(device: DeviceRow, wish: LayoutWish, basis: string | undefined, undoOf: string | null, moveJobs = false): Promise<Applied> {
    const { plan, wanted } = planLayout(deps, device, wish)
    if (basis !== undefined && basis !== plan.basis)
      throw new TrancheError('conflict', `The layout of ${device.name} has changed since this plan was made. Look at it again and plan anew.`, { retryable: true })
    const unfinished = store.layoutChanges.unfinishedOf(device.id)
    if (unfinished?.state === 'applying')
      throw new TrancheError('in_use', `The layout of ${device.name} is being changed already. Wait for its end.`, { retryable: true })
    if (plan.blocked !== null && !moveJobs)
      throw new TrancheError('in_use', `${device.name}: ${plan.blocked}`, { details: { holders: plan.holders }, retryable: true })
    if (unfinished) {
      await journal.resume(device, { ...unfinished, after: wanted })
    }
    else if (plan.blocked !== null) {
      checkMovable(plan, device)
      await journal.carryOutMoving(device, { before: layoutOf(store, device), after: wanted, steps: plan.steps }, (now, { mode, settings, layout }) => planLayout(deps, now, { device: now.id, mode, settings, layout: [...layout] }).plan.steps)
        .finally(() => {
          deps.changes.devices()
          deps.onChanged()
        })
    }
    else if (plan.steps.length > 0) {
      const before = layoutOf(store, device)
      await journal.carryOut(device, { before, after: wanted, steps: plan.steps }, undoOf === null ? 'done' : 'undone', () => {
        if (undoOf !== null)
          store.layoutChanges.end(undoOf, 'undone', null, deps.nowMs())
      })
    }
    deps.changes.devices()
    deps.onChanged()
    return { plan, device: devices.describe(device.id) }
  }

  /** Only jobs can be moved from here: a VM or a person has to do it. */
  function checkMovable(plan: LayoutPlan, device: DeviceRow): void {
    const outside = plan.holders.filter(holder => store.leases.liveOf(holder)?.holderKind !== 'job')
    if (outside.length > 0)
      throw new TrancheError('in_use', `${device.name}: ${plan.blocked} Jobs can be moved, but ${outside.join(', ')} ${outside.length === 1 ? 'is' : 'are'} not of this lab.`, { details: { holders: outside }, retryable: true })
  }

  return {
    plan: (wish: LayoutWish): LayoutPlan => planLayout(deps, devices.get(wish.device), wish).plan,

    apply: ({ basis, moveJobs, ...wish }: CallParsed<'slices.apply'>): Promise<Applied> => carryOut(devices.get(wish.device), wish, basis, null, moveJobs),

    /** Takes the last change of a device's layout back; the one before it is then the last. */
    async undo({ device: id, dry }: CallParsed<'slices.undo'>): Promise<Applied> {
      const device = devices.get(id)
      const last = store.layoutChanges.lastDone(id)
      if (!last)
        throw new TrancheError('conflict', `No change of the layout of ${device.name} is left to take back.`)
      const wish: LayoutWish = { device: id, mode: last.before.mode, settings: last.before.settings, layout: [...last.before.layout] }
      return dry ? { plan: planLayout(deps, device, wish).plan, device: devices.describe(id) } : carryOut(device, wish, undefined, last.id)
    },

    async destroy({ slice: sliceId, device: deviceId }: CallParsed<'slices.destroy'>): Promise<Device> {
      const slice = sliceId === undefined ? undefined : store.slices.get(sliceId)
      if (sliceId !== undefined && !slice)
        throw new TrancheError('not_found', `There is no slice ${sliceId}. \`tranche devices\` lists them.`)
      if (slice && slice.parentId !== null)
        throw new TrancheError('conflict', `${slice.profile} is a compute instance: apply a layout in which its GPU instance has others, or destroy that.`)
      const device = devices.get(deviceId ?? slice?.deviceId ?? '')
      const left = layoutOf(store, device).layout.filter(({ start }) => slice !== undefined && start !== slice.start)
      return (await carryOut(device, { device: device.id, layout: left }, undefined, null)).device
    },

    explain({ device: id, profile, count }: CallParsed<'slices.explain'>): Explanation {
      const device = devices.get(id)
      return explain(rulesOf(device, deps.tablesFor(device)), placedSlices(store, device), profile, count)
    },

    /** Takes up what an earlier process left, then looks whether the hardware still is what the lab wants. */
    async recover(): Promise<void> {
      for (const change of store.layoutChanges.unfinished().filter(({ state }) => state === 'applying'))
        await journal.resume(devices.get(change.deviceId), change)
      for (const device of store.devices.all().filter(({ id, present }) => present && !store.layoutChanges.unfinishedOf(id)))
        await journal.check(device, layoutOf(store, device))
      deps.changes.devices()
      deps.onChanged()
    },
  }
}
