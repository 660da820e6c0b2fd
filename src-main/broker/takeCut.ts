import type { DeviceRow } from '../store/devices'
import type { SliceRow } from '../store/slices'
import type { Fleet, FleetChoice } from './plan/fleet'
import type { SliceRequest } from './planRequest'
import type { TakeDeps } from './takeOptions'
import { TrancheError } from '../contract/errors'
import { insertSlice } from '../inventory/sliceRows'
import { bestStart } from '../slicing/placement/placement'
import { rulesOf } from '../slicing/rules'
import { classKeyOf } from './plan/deviceClass'
import { createFleet } from './plan/fleet'
import { isEligible, partOf, serves } from './planRequest'
import { optionOf } from './takeOptions'

/** A profile that would serve, on one model. */
interface Wish {
  readonly model: string
  readonly profile: string
  readonly memoryMiB: number
}

/**
 * Cuts up to `count` slices that serve, each on the device and at the place that leaves most room in the fleet. The
 * slices of real GPUs are never cut here: that is a change of layout, which a person confirms.
 */
export function cutSlices(deps: TakeDeps, devices: readonly DeviceRow[], request: SliceRequest, count: number): SliceRow[] {
  const eligible = devices.filter(device => device.kind !== 'gpu' && isEligible({ ...device, device: device.id, isGpu: device.kind !== 'cpu' }, request))
  const byId = new Map(eligible.map(device => [device.id, device]))
  const wishes = wishesFor(deps, eligible, request)
  const fleet = fleetOf(deps, eligible)
  const made: SliceRow[] = []
  while (made.length < count) {
    const choice = choose(fleet, request, wishes)
    const device = choice && byId.get(choice.device)
    if (!choice || !device)
      break
    const row = cut(deps, device, choice.profile, choice.start)
    fleet.cut(device.id, row)
    made.push(row)
  }
  return made
}

/** Makes a part of a device in shared mode at the first free seat. Throws `conflict` where it does not fit. */
export function makePart(deps: TakeDeps, device: DeviceRow, profile: string): SliceRow {
  const start = bestStart(rulesOf(device, deps.tablesFor(device)), deps.store.slices.ofDevice(device.id), profile)
  return cut(deps, device, profile, start ?? 0)
}

function cut({ store, tablesFor, nowMs }: TakeDeps, device: DeviceRow, profile: string, start: number): SliceRow {
  const rules = rulesOf(device, tablesFor(device))
  const answer = rules.cut(store.slices.ofDevice(device.id).filter(({ parentId }) => parentId === null), profile, start)
  if (!answer.ok)
    throw new TrancheError('conflict', `${device.name}: ${answer.refusal.message}`, { details: { rule: answer.refusal.rule } })
  return insertSlice(store, device.id, rules, answer.cut, nowMs())
}

function fleetOf({ store, tablesFor }: TakeDeps, devices: readonly DeviceRow[]): Fleet {
  const slices = new Map<string, SliceRow[]>(devices.map(({ id }) => [id, []]))
  for (const row of store.slices.all()) {
    if (row.parentId === null)
      slices.get(row.deviceId)?.push(row)
  }
  // None of them is a real GPU, so the same tables hold for all.
  const fleet = createFleet(devices.length > 0 ? tablesFor(devices[0]) : new Map())
  for (const device of devices)
    fleet.add({ ...device, slices: slices.get(device.id) ?? [] })
  return fleet
}

/** A named profile means the same on every device; a need is served by the smallest profile that does, model by model. */
function choose(fleet: Fleet, { profile }: SliceRequest, wishes: readonly Wish[]): FleetChoice | null {
  if (profile !== null)
    return fleet.choose({ profile })
  for (const wish of wishes) {
    const choice = fleet.choose({ profile: wish.profile, models: [wish.model] })
    if (choice)
      return choice
  }
  return null
}

/** What would serve a need, the smallest first. */
function wishesFor({ tablesFor }: TakeDeps, devices: readonly DeviceRow[], request: SliceRequest): Wish[] {
  const ofEachClass = new Map(devices.map(device => [classKeyOf(device), device]))
  return [...ofEachClass.values()].flatMap((device): Wish[] => {
    if (device.mode === 'shared') {
      const part = partOf(request, { ...device, device: device.id, isGpu: device.kind !== 'cpu' })
      return part === null ? [] : [{ model: device.model, profile: `${part}MiB`, memoryMiB: part }]
    }
    const rules = rulesOf(device, tablesFor(device))
    return rules.offers
      .filter(offer => serves(optionOf(device, rules, { ...offer, profile: offer.name, start: 0 }, offer, null), request))
      .map(({ name, memoryMiB }) => ({ model: device.model, profile: name, memoryMiB }))
  }).sort((a, b) => a.memoryMiB - b.memoryMiB)
}
