import type { DeviceRow } from '../store/devices'
import type { SliceRow } from '../store/slices'
import type { SliceRequest } from './planRequest'
import type { TakeDeps } from './takeOptions'
import { TrancheError } from '../contract/errors'
import { explain } from '../slicing/explain/explain'
import { rulesOf } from '../slicing/rules'
import { placedSlices } from './deviceLayout'
import { isEligible, leastMemory, wordsOf } from './planRequest'
import { cutSlices } from './takeCut'
import { freeSlices, groupsOfOneKind } from './takeOptions'
import { mostVgpus } from './togetherRule'

/**
 * Finds free slices for a request, and cuts what is missing if it may: all `count` or, by an error, none. Called inside a
 * `store.write`, which takes back what was cut if it throws. Slices of real GPUs are never cut here: that is a change of
 * layout, which a person confirms.
 */
export function takeSlices(deps: TakeDeps, request: SliceRequest, count: number, mayCut: boolean): SliceRow[] {
  const devices = deps.store.devices.all().filter(device => device.present && deps.store.layoutChanges.unfinishedOf(device.id) === undefined)
  const free = devices.flatMap(device => freeSlices(deps, device, request)).sort(leastMemory)
  const inOneSeries = count <= mostVgpus ? groupsOfOneKind(free).find(group => group.length >= count) : undefined
  const taken = (inOneSeries ?? free).slice(0, count).map(({ row }) => row).filter(row => row !== null)
  if (mayCut && taken.length < count)
    taken.push(...cutSlices(deps, devices, request, count - taken.length))
  if (taken.length < count)
    throw refusal(deps, devices, request, count, taken.length, mayCut)
  return taken
}

function refusal({ store, tablesFor }: TakeDeps, devices: readonly DeviceRow[], request: SliceRequest, count: number, found: number, mayCut: boolean): TrancheError {
  const wanted = `${count > 1 ? `${count} times ` : ''}${wordsOf(request)}`
  const known = devices.filter(device => isEligible({ ...device, device: device.id, isGpu: device.kind !== 'cpu' }, request))
  const [only] = known
  if (!only)
    return new TrancheError('not_found', `No device serves ${wanted}. \`tranche devices\` lists models and labels.`)
  if (mayCut && request.profile !== null && known.length === 1 && only.mode !== 'shared') {
    const why = explain(rulesOf(only, tablesFor(only)), placedSlices(store, only), request.profile, count)
    return new TrancheError('conflict', why.message, { details: { ...why }, retryable: true })
  }
  return new TrancheError('conflict', `${wanted} is not free: ${found} of ${count} ${found === 1 ? 'is' : 'are'}. Nothing was leased. Release something, add a device, or ask for less.`, { details: { found, count }, retryable: true })
}
