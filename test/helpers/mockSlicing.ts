import type { CallOutput, CallParsed } from '../../src-main/contract/calls'
import type { Device, Layout, LayoutPlan, ModeSettings, Placement, Profile, Slice, Stranded } from '../../src-main/contract/model'
import type { CutRules, Offer } from '../../src-main/slicing/cutRules'
import type { GpuModel } from '../../src-main/slicing/gpuModel'
import { TrancheError } from '../../src-main/contract/errors'
import { findModel, gpuModel } from '../../src-main/slicing/gpuModel'
import { computeInstanceRules } from '../../src-main/slicing/modes/computeInstances'
import { cutLayout, modesOf, rulesOf, tryLayout } from '../../src-main/slicing/rules'

/** Answers of the mock lab about layouts: by the product's own rules, searched in the simplest way. */
const files = import.meta.glob<unknown>('../../resources/gpus/*.json', { import: 'default', eager: true })
const gpus: ReadonlyMap<string, GpuModel> = new Map(Object.values(files).map(file => gpuModel.parse(file)).map(gpu => [gpu.model, gpu]))
const mostLayouts = 4000

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

function ruled(model: string, mode: Device['mode'], settings: ModeSettings): { gpu: GpuModel | undefined, rules: CutRules, whole: Pick<Device, 'sm' | 'usableMiB'> } {
  const gpu = findModel(gpus, model)
  const rules = rulesOf({ model: gpu?.model ?? model, mode, memoryMiB: gpu?.memoryMiB ?? 24_576, settings }, gpus)
  const largest = rules.offers.find(({ size }) => size === rules.slots)
  return { gpu, rules, whole: { sm: gpu?.sm ?? null, usableMiB: largest?.memoryMiB ?? gpu?.memoryMiB ?? 24_576 } }
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
    unusable: null,
    slices: cutLayout(rules, layout).map(cut => ({ ...cut, id: `slice_${id}-${cut.start}-${cut.profile}`, parentId: null, lease: null })),
    label: null,
    settings,
    modes: modesOf(gpu),
    ...whole,
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
    slices: cuts.map(({ profile, start, size, memoryMiB, sm }) => ({ profile, start, size, memoryMiB, sm, computeSlices: rules.offer(profile)?.computeSlices ?? 0 })),
    stranded: strandedBy(cuts, whole),
    profiles: rules.offers.map((offer) => {
      const places = offer.starts.map((start) => {
        const answer = rules.cut(cuts, offer.name, start)
        return answer.ok ? { start, ok: true, rule: null, message: 'free' } : { start, ok: false, rule: answer.refusal.rule, message: answer.refusal.message }
      })
      return { ...profileOf(offer), best: bestStart(rules, cuts, offer.name, places.filter(({ ok }) => ok).map(({ start }) => start)), places }
    }),
  }
}

export function mockProfiles({ model, mode, vgpuMode }: CallParsed<'profiles.list'>): CallOutput<'profiles.list'> {
  const gpu = known(model)
  const chosen = mode ?? (gpu.mig ? 'mig' : 'vgpu')
  const { rules, whole } = ruled(gpu.model, chosen, { vgpuMode })
  return { model: gpu.model, name: gpu.name, mode: chosen, vgpuMode: chosen === 'vgpu' ? vgpuMode ?? 'equal' : null, slots: rules.slots, computeSlices: rules.computeSlices, ...whole, confidence: 'driver output', sources: [], profiles: rules.offers.map(profileOf) }
}

export function mockLayouts({ model, mode, vgpuMode, maximal, profiles, limit }: CallParsed<'layouts.list'>): CallOutput<'layouts.list'> {
  const gpu = known(model)
  const chosen = mode ?? (gpu.mig ? 'mig' : 'vgpu')
  const { rules, whole } = ruled(gpu.model, chosen, { vgpuMode })
  const most = Math.min(limit, mostLayouts)
  const places = rules.offers.filter(({ name }) => !profiles || profiles.includes(name)).flatMap(({ name, starts }) => starts.map(start => ({ profile: name, start })))
  const found: Layout[] = []
  let tries = 0
  const search = (cuts: ReturnType<typeof cutLayout>, from: number) => {
    const open = places.filter(({ profile, start }) => rules.cut(cuts, profile, start).ok)
    if (cuts.length > 0 && (!maximal || open.length === 0))
      found.push({ slices: cuts.map(({ profile, start, size }) => ({ profile, start, size })), maximal: open.length === 0, sm: sumOf(cuts), memoryMiB: cuts.reduce((sum, cut) => sum + cut.memoryMiB, 0), stranded: strandedBy(cuts, whole) })
    for (const { profile, start } of open) {
      const answer = start >= from ? rules.cut(cuts, profile, start) : null
      if (answer?.ok && found.length < most && ++tries < 20_000)
        search([...cuts, answer.cut], answer.cut.start + answer.cut.size)
    }
  }
  search([], 0)
  return { model: gpu.model, mode: chosen, layouts: found, truncated: found.length >= most, distinct: chosen !== 'mig' }
}

/** What is there and is not wanted goes, what is wanted and is not there comes; held slices of a wanted profile move. */
export function mockPlan(device: Device, wish: Wish): LayoutPlan {
  const mode = wish.mode ?? device.mode
  const settings = wish.settings ?? device.settings
  const { rules, whole } = ruled(device.model, mode, settings)
  const own = device.slices.filter(({ parentId }) => parentId === null)
  const wanted = wish.layout === 'compact'
    ? own.reduce<{ profile: string, start: number }[]>((cuts, { profile }) => {
        const starts = rules.offer(profile)?.starts.filter(start => rules.cut(withSizes(rules, cuts), profile, start).ok) ?? []
        return [...cuts, { profile, start: bestStart(rules, withSizes(rules, cuts), profile, starts) ?? 0 }]
      }, [])
    : wish.layout.map(({ profile, start }) => ({ profile, start: start ?? 0 }))
  const after = cutLayout(rules, wanted)
  const isThere = (slice: Placement, list: readonly Placement[]) => mode === device.mode && list.some(other => other.profile === slice.profile && other.start === slice.start)
  const leaving = own.filter(slice => !isThere(slice, after))
  const coming = after.filter(slice => !isThere(slice, own))
  const moves = leaving.flatMap((slice) => {
    const to = slice.lease ? coming.find(each => each.profile === slice.profile) : undefined
    return to && coming.splice(coming.indexOf(to), 1) ? [{ slice, to }] : []
  })
  const gone = leaving.filter(slice => !moves.some(move => move.slice === slice))
  const blockers = gone.filter(({ lease }) => lease)
  const base = { from: null, interrupts: false, compute: undefined }
  return {
    device: device.id,
    mode,
    settings,
    before: own.map(({ profile, start, size }) => ({ profile, start, size })),
    after: after.map(({ profile, start, size }) => ({ profile, start, size })),
    steps: [
      ...gone.map(({ id, profile, start, size, lease }) => ({ ...base, op: 'destroy' as const, slice: id, profile, start, size, holder: lease?.holder ?? null })),
      ...mode === device.mode ? [] : [{ ...base, op: 'configure' as const, slice: null, profile: '', start: 0, size: 0, holder: null }],
      ...moves.map(({ slice, to }) => ({ ...base, op: 'move' as const, slice: slice.id, profile: to.profile, start: to.start, size: to.size, from: slice.start, holder: slice.lease?.holder ?? null, interrupts: true })),
      ...coming.map(({ profile, start, size }) => ({ ...base, op: 'create' as const, slice: null, profile, start, size, holder: null, compute: computeOf(wish, start) })),
    ],
    moves: moves.length,
    blocked: blockers.length > 0 ? `${blockers.map(({ profile, start, lease }) => `${profile} at slot ${start} is held by ${lease?.holder}`).join('; ')}. Wait until they end, or keep those slices.` : null,
    holders: [...new Set([...blockers, ...moves.map(({ slice }) => slice)].flatMap(({ lease }) => lease?.holder ?? []))],
    strandedBefore: strandedBy(own, whole),
    strandedAfter: strandedBy(after, whole),
    commands: [...gone.map(({ start }) => `nvidia-smi mig -i 0 -dci -gi ${start + 1}; nvidia-smi mig -i 0 -dgi -gi ${start + 1}`), ...coming.map(({ profile, start, size }) => `nvidia-smi mig -i 0 -cgi ${rules.offer(profile)?.profileId ?? profile}:${start}:${size}`)],
    basis: basisOf(device),
  }
}

export function basisOf(device: Device): string {
  return JSON.stringify(device.slices.map(({ profile, start }) => [profile, start]))
}

/** The device as a plan leaves it. */
export function carriedOut(device: Device, plan: LayoutPlan, wish: Wish): Device {
  const { rules } = ruled(device.model, plan.mode, plan.settings)
  const old = plan.mode === device.mode ? [...device.slices] : []
  const slices = cutLayout(rules, plan.after).flatMap((cut): Slice[] => {
    const at = old.findIndex(({ profile, start }) => profile === cut.profile && start === cut.start)
    const same = old.findIndex(({ profile, start, lease }) => profile === cut.profile && lease && !plan.after.some(other => other.profile === profile && other.start === start))
    const kept = at >= 0 ? old.splice(at, 1)[0] : same >= 0 ? old.splice(same, 1)[0] : null
    const slice: Slice = { ...cut, id: kept?.id ?? `slice_${device.id}-${cut.start}-${Date.now()}`, parentId: null, lease: kept?.lease ?? null }
    const compute = computeOf(wish, cut.start) ?? []
    return [slice, ...instancesOf({ ...device, mode: plan.mode, settings: plan.settings }, slice, compute)]
  })
  return { ...device, mode: plan.mode, settings: plan.settings, slots: rules.slots, computeSlices: rules.computeSlices, slices, canUndo: true }
}

function computeOf({ layout }: Wish, start: number): number[] | undefined {
  return layout === 'compact' ? undefined : layout.find(each => each.start === start)?.compute
}

function withSizes(rules: CutRules, cuts: readonly { profile: string, start: number }[]): Placement[] {
  return cuts.map(cut => ({ ...cut, size: rules.offer(cut.profile)?.size ?? 1 }))
}

/** The start after which most places of all profiles are left; the highest of equals. */
function bestStart(rules: CutRules, existing: readonly Placement[], profile: string, starts: readonly number[]): number | null {
  const left = (start: number) => rules.offers.flatMap(({ name, starts }) => starts.filter(each => rules.cut([...existing, { profile, start, size: rules.offer(profile)?.size ?? 1 }], name, each).ok)).length
  return starts.length === 0 ? null : starts.map(start => ({ start, left: left(start) })).reduce((best, each) => each.left >= best.left ? each : best).start
}

function strandedBy(cuts: readonly { sm: number | null, memoryMiB: number }[], whole: Pick<Device, 'sm' | 'usableMiB'>): Stranded {
  const sm = sumOf(cuts)
  return { sm: sm === null || whole.sm === null ? null : whole.sm - sm, memoryMiB: Math.max(0, whole.usableMiB - cuts.reduce((sum, cut) => sum + cut.memoryMiB, 0)) }
}

function sumOf(cuts: readonly { sm: number | null }[]): number | null {
  return cuts.reduce<number | null>((sum, cut) => sum === null || cut.sm === null ? null : sum + cut.sm, 0)
}

function profileOf(offer: Offer): Profile {
  return { name: offer.name, id: offer.profileId, computeSlices: offer.computeSlices, starts: [...offer.starts], size: offer.size, maxInstances: offer.maxInstances, memoryMiB: offer.memoryMiB, memoryGiB: Math.round(offer.memoryMiB / 10.24) / 100, memoryIsEstimate: offer.memoryIsEstimate, computeShare: offer.computeShare, sm: offer.sm, engines: offer.engines, note: offer.note }
}
