import type { LayoutStep } from '../contract/model'
import type { CutRules } from '../slicing/cutRules'
import type { DeviceRow } from '../store/devices'
import type { DeviceLayout, LayoutChangeRow } from '../store/layoutChanges'
import type { Store } from '../store/store'
import type { HardwareCutter } from './hardwareCutter'
import type { JobMover, StandingStill } from './movingChange'
import { toErrorShape, TrancheError } from '../contract/errors'
import { planChange } from '../slicing/change/changePlan'
import { newId } from '../store/ids'
import { writeLayout } from './deviceLayout'
import { stepsOnHardware } from './hardwareCutter'
import { carryMovingStep } from './movingChange'

export interface JournalDeps {
  readonly store: Store
  readonly nowMs: () => number
  /** Null for a device whose layout is the database's alone. */
  readonly cutterOf: (device: DeviceRow) => HardwareCutter | null
  readonly jobs: JobMover
  /** A step was carried out, or a job moved. */
  readonly onProgress: () => void
  readonly rulesFor: (device: DeviceRow, layout: Pick<DeviceLayout, 'mode' | 'settings'>) => CutRules
}

export type LayoutJournal = ReturnType<typeof createLayoutJournal>
/** The steps from how a device is cut now to another layout. */
type WayBack = (device: DeviceRow, layout: DeviceLayout) => readonly LayoutStep[]
type Draft = Pick<LayoutChangeRow, 'before' | 'after' | 'steps'>

/**
 * Carries changes of layout out. A virtual device changes in one transaction. On hardware each step is a call of the
 * driver that no transaction covers, so what is to be done is written down first; the rows of the slices change at the
 * end, together with the word that it is done. After a crash the change is taken up again from what the driver shows, and
 * one that fails is taken back.
 */
export function createLayoutJournal({ store, nowMs, cutterOf, rulesFor, jobs, onProgress }: JournalDeps) {
  /** The state that a change is written down in once it is done: an undo is not undone. */
  async function carryOut(device: DeviceRow, draft: Draft, doneAs: 'done' | 'undone', alsoWrite: () => void): Promise<void> {
    const cutter = cutterOf(device)
    const change: LayoutChangeRow = { ...draft, id: newId('change'), deviceId: device.id, done: 0, state: 'applying', error: null, createdAtMs: nowMs(), endedAtMs: null }
    if (!cutter) {
      store.write(() => {
        writeLayout(store, device, rulesFor(device, change.after), change.after, nowMs())
        store.layoutChanges.insert({ ...change, done: change.steps.length, state: doneAs, endedAtMs: nowMs() })
        store.events.append(nowMs(), 'layout.changed', device.id, { change: change.id, steps: change.steps.length })
        alsoWrite()
      })
      return
    }
    store.write(() => {
      store.layoutChanges.insert(change)
      store.events.append(nowMs(), 'layout.changing', device.id, { change: change.id, steps: change.steps.length })
    })
    try {
      await carrySteps(device, cutter, change)
      finish(device, change, doneAs, alsoWrite)
    }
    catch (thrown) {
      await rollBack(device, cutter, change, thrown)
      throw thrown
    }
  }

  /**
   * Carries a change of a virtual device out step by step, with the jobs on its slices. The device is out of use meanwhile.
   * Where a step fails the way back is planned from what is there, and gone; jobs that stood still run again either way.
   */
  async function carryOutMoving(device: DeviceRow, draft: Draft, wayBack: WayBack): Promise<void> {
    if (cutterOf(device))
      throw new TrancheError('unsupported', `Jobs on ${device.name} cannot be moved while its layout changes: its driver cuts it only where nothing runs. Move them away first with \`tranche evacuate\`.`)
    const change: LayoutChangeRow = { ...draft, id: newId('change'), deviceId: device.id, done: 0, state: 'applying', error: null, createdAtMs: nowMs(), endedAtMs: null }
    store.write(() => {
      store.layoutChanges.insert(change)
      store.events.append(nowMs(), 'layout.changing', device.id, { change: change.id, steps: change.steps.length })
    })
    const still: StandingStill = new Map()
    try {
      await carryMoving(device, change, change.steps, change.after, still)
      finish(store.devices.get(device.id) ?? device, change, 'done', () => {})
    }
    catch (thrown) {
      await takeBackMoving(device, change, wayBack, still, thrown)
      throw thrown
    }
    finally {
      for (const { jobId } of [...still.values()].flat())
        jobs.resume(jobId)
    }
  }

  async function carryMoving(device: DeviceRow, change: LayoutChangeRow, steps: readonly LayoutStep[], to: DeviceLayout, still: StandingStill): Promise<void> {
    for (const [index, step] of steps.entries()) {
      await carryMovingStep({ store, nowMs, jobs }, device, rulesFor(device, to), to, step, still)
      if (steps === change.steps)
        store.layoutChanges.progress(change.id, index + 1)
      onProgress()
    }
  }

  async function takeBackMoving(device: DeviceRow, change: LayoutChangeRow, wayBack: WayBack, still: StandingStill, cause: unknown): Promise<void> {
    const why = toErrorShape(cause).message
    const end = (state: 'rolled-back' | 'stuck', error: string) => store.write(() => {
      store.layoutChanges.end(change.id, state, error, nowMs())
      store.events.append(nowMs(), `layout.${state}`, device.id, { change: change.id, why })
    })
    try {
      const now = store.devices.get(device.id) ?? device
      await carryMoving(now, change, wayBack(now, change.before), change.before, still)
      end('rolled-back', why)
    }
    catch (again) {
      end('stuck', `${why} Taking it back failed too: ${toErrorShape(again).message}`)
    }
  }

  async function carrySteps(device: DeviceRow, cutter: HardwareCutter, change: LayoutChangeRow): Promise<void> {
    for (const step of stepsOnHardware(change.steps, change.before.mode, change.after.mode)) {
      await cutter.carryOut(device, step)
      store.write(() => store.layoutChanges.progress(change.id, change.steps.indexOf(step) + 1))
    }
  }

  function finish(device: DeviceRow, change: LayoutChangeRow, doneAs: 'done' | 'undone', alsoWrite: () => void): void {
    store.write(() => {
      store.layoutChanges.end(change.id, doneAs, null, nowMs())
      writeLayout(store, device, rulesFor(device, change.after), change.after, nowMs())
      store.events.append(nowMs(), 'layout.changed', device.id, { change: change.id, steps: change.steps.length })
      alsoWrite()
    })
  }

  /** The way from what the driver shows. GPU instances that a crash left without compute instances are made anew. */
  async function stepsFrom(device: DeviceRow, cutter: HardwareCutter, wanted: DeviceLayout) {
    const shown = await cutter.layout(device)
    const unfinished = shown.filter(({ compute }) => compute?.length === 0)
    const existing = shown.filter(slice => !unfinished.includes(slice)).map((slice, index) => ({ ...slice, id: `shown-${index}`, holder: null }))
    const { steps, refusal } = planChange(rulesFor(device, wanted), existing, wanted.layout)
    const destroyed = unfinished.map(({ profile, start, size }): LayoutStep => ({ op: 'destroy', slice: null, profile, start, size, from: null, holder: null, interrupts: false }))
    return { shown, steps: [...destroyed, ...steps], refusal }
  }

  /** Brings the hardware from whatever it shows to a layout, and to its mode. */
  async function bring(device: DeviceRow, cutter: HardwareCutter, wanted: DeviceLayout): Promise<void> {
    const configure: LayoutStep = { op: 'configure', slice: null, profile: wanted.mode, start: 0, size: 0, from: null, holder: null, interrupts: false }
    if (wanted.mode !== 'mig') {
      for (const { profile, start, size } of await cutter.layout(device))
        await cutter.carryOut(device, { ...configure, op: 'destroy', profile, start, size })
      return cutter.carryOut(device, configure)
    }
    await cutter.carryOut(device, configure)
    const { steps, refusal } = await stepsFrom(device, cutter, wanted)
    if (refusal)
      throw new TrancheError('conflict', refusal.message)
    for (const step of steps)
      await cutter.carryOut(device, step)
  }

  async function rollBack(device: DeviceRow, cutter: HardwareCutter, change: LayoutChangeRow, cause: unknown): Promise<void> {
    const why = toErrorShape(cause).message
    try {
      await bring(device, cutter, change.before)
      store.write(() => {
        store.layoutChanges.end(change.id, 'rolled-back', why, nowMs())
        store.events.append(nowMs(), 'layout.rolled-back', device.id, { change: change.id, why })
      })
    }
    catch (again) {
      store.write(() => {
        store.layoutChanges.end(change.id, 'stuck', `${why} Taking it back failed too: ${toErrorShape(again).message}`, nowMs())
        store.events.append(nowMs(), 'layout.stuck', device.id, { change: change.id, why })
      })
    }
  }

  return {
    carryOut,
    carryOutMoving,

    /** Takes up what an earlier process did not finish, or could not; what fails again is taken back. */
    async resume(device: DeviceRow, change: LayoutChangeRow): Promise<void> {
      const cutter = cutterOf(device)
      if (!cutter)
        return finish(device, change, 'done', () => {})
      try {
        await bring(device, cutter, change.after)
        finish(device, change, 'done', () => {})
      }
      catch (thrown) {
        await rollBack(device, cutter, change, thrown)
      }
    },

    /**
     * Compares what the driver shows with what the lab wants. Instances do not survive a reboot or a reset: the intent is
     * kept, the device is put out of use, and putting the layout back is left to a person, who sees the commands.
     */
    async check(device: DeviceRow, intent: DeviceLayout): Promise<void> {
      const cutter = cutterOf(device)
      if (!cutter || device.mode !== 'mig')
        return
      const { shown, steps } = await stepsFrom(device, cutter, intent)
      if (steps.length === 0)
        return
      const before: DeviceLayout = { ...intent, layout: shown.map(({ profile, start, compute }) => ({ profile, start, ...(compute && compute.length > 0 && { compute: [...compute] }) })) }
      const error = `The driver shows ${shown.length} instances where ${intent.layout.length} are wanted, as after a reboot or a reset. Apply the layout again to put them back.`
      store.write(() => store.layoutChanges.insert({ id: newId('change'), deviceId: device.id, before, after: intent, steps, done: 0, state: 'stuck', error, createdAtMs: nowMs(), endedAtMs: nowMs() }))
    },
  }
}
