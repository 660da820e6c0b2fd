import type { CallParsed } from '../contract/calls'
import type { LayoutPlan, LayoutStep, ModeSettings } from '../contract/model'
import type { CutRules } from '../slicing/cutRules'
import type { GpuTables } from '../slicing/gpuModel'
import type { DeviceRow } from '../store/devices'
import type { DeviceLayout } from '../store/layoutChanges'
import type { Store } from '../store/store'
import { TrancheError } from '../contract/errors'
import { deviceModesOf } from '../inventory/describeDevice'
import { planChange } from '../slicing/change/changePlan'
import { compact } from '../slicing/change/compact'
import { migCommands } from '../slicing/change/migCommands'
import { strandedBy, wholeOf } from '../slicing/layouts/stranding'
import { settle } from '../slicing/modes/modeSettings'
import { placementOf } from '../slicing/placedSlice'
import { placeLayout } from '../slicing/placement/placeLayout'
import { rulesOf } from '../slicing/rules'
import { basisOf, layoutOf, placedSlices } from './deviceLayout'
import { stepsOnHardware } from './hardwareCutter'

export type LayoutWish = CallParsed<'slices.plan'>

export interface PlannerDeps {
  readonly store: Store
  readonly tablesFor: (device: DeviceRow) => GpuTables
  /** Index of a real GPU in nvidia-smi; 0 for a virtual one. */
  readonly indexOf: (device: DeviceRow) => number
}

/** What a wish comes to: the mode and settings that the device would have, and its rules there. */
export interface Target {
  readonly device: DeviceRow
  readonly settings: ModeSettings
  readonly rules: CutRules
  /** Whether mode and settings stay as they are. */
  readonly staysSame: boolean
  readonly after: Pick<DeviceRow, 'model' | 'mode' | 'memoryMiB' | 'settings'>
}

/** Throws `unsupported` for a mode that the device cannot be in, `conflict` for settings that the vendor refuses. */
export function targetOf({ tablesFor }: Pick<PlannerDeps, 'tablesFor'>, device: DeviceRow, wish: Pick<LayoutWish, 'mode' | 'settings'>): Target {
  const mode = wish.mode ?? device.mode
  const tables = tablesFor(device)
  const modes = deviceModesOf(device, tables.get(device.model))
  if (!modes.includes(mode))
    throw new TrancheError('unsupported', `${device.name} cannot be in mode ${mode} here; it can be in ${modes.join(', ')}.`)
  const settings = settle(mode, { ...(mode === device.mode && device.settings), ...wish.settings }, tables.get(device.model))
  const after = { model: device.model, memoryMiB: device.memoryMiB, mode, settings }
  return { device, settings, after, rules: rulesOf(after, tables), staysSame: mode === device.mode && JSON.stringify(settings) === JSON.stringify(device.settings) }
}

/** Plans a change of a device's layout, without changing anything. Throws `conflict` for a layout that its rules refuse. */
export function planLayout(deps: PlannerDeps, device: DeviceRow, wish: LayoutWish): { readonly plan: LayoutPlan, readonly wanted: DeviceLayout, readonly rules: CutRules } {
  const { store, tablesFor } = deps
  const target = targetOf(deps, device, wish)
  const { rules } = target
  const existing = placedSlices(store, device)
  if (target.after.mode === 'shared' && wish.layout !== 'compact' && wish.layout.length > 0)
    throw new TrancheError('conflict', 'Parts of a shared device are made when they are leased and gone when they are released; its layout is always empty. Lease one with `tranche lease grant`.')
  if (wish.layout === 'compact' && !target.staysSame)
    throw new TrancheError('invalid_input', 'Compact keeps the slices that are there, so it cannot change the mode. Do one after the other.')
  const asked = wish.layout === 'compact' ? compact(rules, existing) : wish.layout
  const change = target.staysSame ? planChange(rules, existing, asked) : rebuild(target, existing, asked)
  if (change.refusal)
    throw new TrancheError('conflict', change.refusal.message, { details: { rule: change.refusal.rule } })

  const compute = new Map(change.steps.flatMap(({ op, start, compute }) => op !== 'destroy' && compute && compute.length > 0 ? [[start, compute]] : []))
  for (const { profile, start, compute: parts } of existing) {
    if (parts && change.after.some(cut => cut.profile === profile && cut.start === start) && !change.steps.some(step => step.op !== 'destroy' && step.start === start))
      compute.set(start, [...parts])
  }
  const wanted: DeviceLayout = { mode: target.after.mode, settings: target.settings, layout: change.after.map(({ profile, start }) => ({ profile, start, ...(compute.has(start) && { compute: compute.get(start) }) })) }
  const holders = [...new Set(change.steps.flatMap(({ holder }) => holder ?? []))]
  const tables = tablesFor(device)
  const plan: LayoutPlan = {
    device: device.id,
    mode: target.after.mode,
    settings: target.settings,
    before: existing.map(placementOf),
    after: change.after.map(placementOf),
    steps: [...change.steps],
    moves: change.moves,
    blocked: holders.length === 0 ? null : blockedBy(change.steps),
    holders,
    strandedBefore: strandedBy(wholeOf(device, tables), rulesOf(device, tables), existing),
    strandedAfter: strandedBy(wholeOf(target.after, tables), rules, change.after),
    commands: device.kind === 'cpu' ? [] : commandsOf(deps, device, target, change.steps),
    basis: basisOf(layoutOf(store, device)),
  }
  return { plan, wanted, rules }
}

interface Change {
  readonly after: readonly { readonly profile: string, readonly start: number, readonly size: number }[]
  readonly steps: readonly LayoutStep[]
  readonly moves: number
  readonly refusal: { readonly rule: string, readonly message: string } | null
}

/** Another mode or other settings: everything goes, then everything is cut anew. */
function rebuild(target: Target, existing: ReturnType<typeof placedSlices>, asked: Exclude<LayoutWish['layout'], 'compact'>): Change {
  const cuts = placeLayout(target.rules, asked).sort((a, b) => a.start - b.start)
  const step = (op: LayoutStep['op'], rest: Partial<LayoutStep>): LayoutStep => ({ op, slice: null, profile: '', start: 0, size: 0, from: null, holder: null, interrupts: false, ...rest })
  return {
    after: cuts,
    steps: [
      ...existing.map(({ id, profile, start, size, holder }) => step('destroy', { slice: id, profile, start, size, holder })),
      step('configure', { profile: target.after.mode }),
      ...cuts.map(({ profile, start, size, compute }) => step('create', { profile, start, size, ...(compute.length > 0 && { compute: [...compute] }) })),
    ],
    moves: 0,
    refusal: null,
  }
}

function blockedBy(steps: readonly LayoutStep[]): string {
  const held = steps.flatMap(({ op, holder, profile, start, from, interrupts }) => {
    if (holder === null)
      return []
    if (from !== null)
      return [`${holder} would have to move from ${profile} at ${from} to ${start}`]
    // One that stands still while others move is destroyed first, and made anew by a later step.
    return op === 'destroy' && interrupts ? [] : [`${holder} would have to leave ${profile} at ${start}`]
  })
  return `${held.join('; ')}. Wait for the end, release the lease, or cancel the job, then apply.`
}

function commandsOf({ tablesFor, indexOf }: PlannerDeps, device: DeviceRow, { after }: Target, steps: readonly LayoutStep[]): string[] {
  const mig = tablesFor(device).get(device.model)?.mig
  return mig && (device.mode === 'mig' || after.mode === 'mig') ? migCommands(indexOf(device), stepsOnHardware(steps, device.mode, after.mode), mig) : []
}
