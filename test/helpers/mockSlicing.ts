import type { CallOutput, CallParsed } from '../../src-main/contract/calls'
import type { Device, LayoutPlan, LayoutStep, ModeSettings, Placement, Slice } from '../../src-main/contract/model'
import type { CutRules } from '../../src-main/slicing/cutRules'
import type { GpuModel } from '../../src-main/slicing/gpuModel'
import type { WholeDevice } from '../../src-main/slicing/layouts/stranding'
import { TrancheError } from '../../src-main/contract/errors'
import { planChange } from '../../src-main/slicing/change/changePlan'
import { compact } from '../../src-main/slicing/change/compact'
import { migCommands } from '../../src-main/slicing/change/migCommands'
import { findModel, gpuModel } from '../../src-main/slicing/gpuModel'
import { describeLayouts, describeOffer, describeProfiles } from '../../src-main/slicing/layouts/describe'
import { strandedBy, wholeOf } from '../../src-main/slicing/layouts/stranding'
import { computeInstanceRules } from '../../src-main/slicing/modes/computeInstances'
import { placementOf } from '../../src-main/slicing/placedSlice'
import { bestStart } from '../../src-main/slicing/placement/placement'
import { cutLayout, modesOf, rulesOf, tryLayout } from '../../src-main/slicing/rules'

/** Answers of the mock lab about layouts: the product's own rules and planners, over devices that only this page has. */
const files = import.meta.glob<unknown>('../../resources/gpus/*.json', { import: 'default', eager: true })
const gpus: ReadonlyMap<string, GpuModel> = new Map(Object.values(files).map(file => gpuModel.parse(file)).map(gpu => [gpu.model, gpu]))

export type Wish = CallParsed<'slices.plan'>

export function mockModels(): CallOutput<'lab.models'> {
  return [...gpus.values()].map(gpu => ({ model: gpu.model, name: gpu.name, architecture: gpu.architecture, memoryMiB: gpu.memoryMiB, sm: gpu.sm, modes: modesOf(gpu) }))
}

function known(model: string): GpuModel {
  const gpu = findModel(gpus, model)
  if (!gpu)
    throw new TrancheError('not_found', `There is no GPU model ${model}. Choose one of ${[...gpus.keys()].join(', ')}.`)
  return gpu
}

function ruled(model: string, mode: Device['mode'], settings: ModeSettings): { rules: CutRules, whole: WholeDevice } {
  const gpu = findModel(gpus, model)
  const device = { model: gpu?.model ?? model, mode, memoryMiB: gpu?.memoryMiB ?? 24_576, settings }
  return { rules: rulesOf(device, gpus), whole: wholeOf(device, gpus) }
}

export function mockDevice(id: string, name: string, model: string, mode: Device['mode'], layout: readonly Pick<Placement, 'profile' | 'start'>[], different: Partial<Device> = {}): Device {
  const gpu = known(model)
  const settings = different.settings ?? {}
  const { rules, whole } = ruled(gpu.model, mode, settings)
  return {
    id,
    name,
    kind: 'virtual-gpu',
    model: gpu.model,
    mode,
    memoryMiB: gpu.memoryMiB,
    backing: 'AMD EPYC 9R14, 2 of 2 cores',
    slots: rules.slots,
    computeSlices: rules.computeSlices,
    availability: 'open',
    unusable: null,
    slices: cutLayout(rules, layout).map(cut => ({ ...cut, id: `slice_${id}-${cut.start}-${cut.profile}`, parentId: null, lease: null })),
    label: null,
    settings,
    modes: modesOf(gpu),
    usableMiB: whole.usableMiB,
    sm: whole.sm,
    stranded: strandedBy(whole, rules, layout),
    canUndo: false,
    unfinishedChange: null,
    ...different,
  }
}

/** The compute instances of a slice, as slices within it. */
export function instancesOf(device: Pick<Device, 'model' | 'mode' | 'settings'>, slice: Slice, compute: readonly number[]): Slice[] {
  const { rules } = ruled(device.model, device.mode, device.settings)
  const instance = rules.offer(slice.profile)
  if (!instance)
    throw new TrancheError('not_found', `There is no profile ${slice.profile}.`)
  let start = 0
  return compute.map((size) => {
    const [cut] = cutLayout(computeInstanceRules(instance), [{ profile: `${size}c.${instance.name}`, start }])
    start += size
    return { ...cut, id: `${slice.id}-c${cut.start}`, parentId: slice.id, lease: null }
  })
}

export function mockOffers(device: Device, wish: CallParsed<'slices.offers'>): CallOutput<'slices.offers'> {
  const { rules, whole } = ruled(device.model, wish.mode ?? device.mode, wish.settings ?? device.settings)
  const tried = tryLayout(rules, wish.layout)
  const cuts = 'cuts' in tried ? tried.cuts : []
  return {
    illegal: 'refusal' in tried ? tried.refusal.message : null,
    slots: rules.slots,
    usableMiB: whole.usableMiB,
    slices: cuts.map(({ profile, start, size, memoryMiB, sm }) => ({ profile, start, size, memoryMiB, sm, computeSlices: rules.offer(profile)?.computeSlices ?? 0 })),
    stranded: strandedBy(whole, rules, cuts),
    profiles: rules.offers.map(offer => ({
      ...describeOffer(offer),
      best: bestStart(rules, cuts, offer.name),
      places: offer.starts.map((start) => {
        const answer = rules.cut(cuts, offer.name, start)
        return answer.ok ? { start, ok: true, rule: null, message: '' } : { start, ok: false, rule: answer.refusal.rule, message: answer.refusal.message }
      }),
    })),
  }
}

export const mockProfiles = (asked: CallParsed<'profiles.list'>): CallOutput<'profiles.list'> => describeProfiles(gpus, asked)
export const mockLayouts = (asked: CallParsed<'layouts.list'>): CallOutput<'layouts.list'> => describeLayouts(gpus, asked)

/** As the lab plans; another mode or other settings destroy everything first. */
export function mockPlan(device: Device, wish: Wish): LayoutPlan {
  const mode = wish.mode ?? device.mode
  const settings = wish.settings ?? device.settings
  const { rules, whole } = ruled(device.model, mode, settings)
  const own = device.slices.filter(({ parentId }) => parentId === null).map(slice => ({ ...slice, holder: slice.lease?.holder ?? null }))
  const staysSame = mode === device.mode && JSON.stringify(settings) === JSON.stringify(device.settings)
  const change = planChange(rules, staysSame ? own : [], wish.layout === 'compact' ? compact(rules, own) : wish.layout)
  if (change.refusal)
    throw new TrancheError('conflict', change.refusal.message)
  const step = (op: LayoutStep['op'], slice: (typeof own)[number] | null): LayoutStep => ({ op, slice: slice?.id ?? null, profile: slice?.profile ?? mode, start: slice?.start ?? 0, size: slice?.size ?? 0, from: null, holder: slice?.holder ?? null, interrupts: false })
  const steps = [...staysSame ? [] : [...own.map(slice => step('destroy', slice)), step('configure', null)], ...change.steps]
  const holders = [...new Set(steps.flatMap(({ holder }) => holder ?? []))]
  const mig = findModel(gpus, device.model)?.mig
  return {
    device: device.id,
    mode,
    settings,
    before: own.map(placementOf),
    after: change.after.map(placementOf),
    steps,
    moves: change.moves,
    blocked: holders.length > 0 ? `${holders.join(', ')} would have to move or leave. Wait for the end, release the lease, or cancel the job, then apply.` : null,
    holders,
    strandedBefore: device.stranded,
    strandedAfter: strandedBy(whole, rules, change.after),
    commands: mig && mode === 'mig' ? migCommands(0, steps.filter(({ op, profile }) => op === 'configure' || rules.offer(profile)), mig) : [],
    basis: basisOf(device),
  }
}

export function basisOf(device: Device): string {
  return JSON.stringify(device.slices.map(({ profile, start }) => [profile, start]))
}

/** The device as a plan leaves it. */
export function carriedOut(device: Device, plan: LayoutPlan, wish: Wish): Device {
  const { rules, whole } = ruled(device.model, plan.mode, plan.settings)
  const old = plan.mode === device.mode ? [...device.slices] : []
  const slices = cutLayout(rules, plan.after).flatMap((cut): Slice[] => {
    const at = old.findIndex(({ profile, start }) => profile === cut.profile && start === cut.start)
    const same = old.findIndex(({ profile, start, lease }) => profile === cut.profile && lease && !plan.after.some(other => other.profile === profile && other.start === start))
    const kept = at >= 0 ? old.splice(at, 1)[0] : same >= 0 ? old.splice(same, 1)[0] : null
    const slice: Slice = { ...cut, id: kept?.id ?? `slice_${device.id}-${cut.start}-${Date.now()}`, parentId: null, lease: kept?.lease ?? null }
    const compute = computeOf(wish, cut.start) ?? []
    return [slice, ...instancesOf({ ...device, mode: plan.mode, settings: plan.settings }, slice, compute)]
  })
  return { ...device, mode: plan.mode, settings: plan.settings, slots: rules.slots, computeSlices: rules.computeSlices, usableMiB: whole.usableMiB, stranded: plan.strandedAfter, slices, canUndo: true }
}

function computeOf({ layout }: Wish, start: number): number[] | undefined {
  return layout === 'compact' ? undefined : layout.find(each => each.start === start)?.compute
}
