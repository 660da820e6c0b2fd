import type { Placement } from '../../contract/model'
import type { GpuTables } from '../../slicing/gpuModel'
import type { CutDevice } from '../../slicing/rules'
import type { DeviceClass } from './deviceClass'
import type { Candidate, FleetGroup } from './fleetGroup'
import { TrancheError } from '../../contract/errors'
import { classKeyOf, createDeviceClass } from './deviceClass'
import { compareCandidates, createFleetGroup } from './fleetGroup'

export interface FleetDevice extends CutDevice {
  readonly id: string
  readonly label: string | null
  readonly slices: readonly Placement[]
}

export interface FleetRequest {
  readonly profile: string
  /** Models that serve, by table name; any if absent. */
  readonly models?: readonly string[]
  /** Label that the device has to have; any device if absent. */
  readonly label?: string
}

/** Where a request is to be cut. `profile` is the offer's own name where the request used another. */
export interface FleetChoice {
  readonly device: string
  readonly profile: string
  readonly start: number
}

/**
 * An index over many devices that knows the best place for a request. It takes the caller's word for what is cut: whether
 * a cut is legal was decided by the device's rules before.
 */
export interface Fleet {
  /** Throws `conflict` for an id that is there already, `unsupported` for a mode that the model has not. */
  readonly add: (device: FleetDevice) => void
  /** Throws `not_found`, as the next two do, for a device that is not there. */
  readonly removeDevice: (id: string) => void
  readonly cut: (id: string, placement: Placement) => void
  /** Throws `not_found` for a slice that is not there. */
  readonly remove: (id: string, placement: Pick<Placement, 'profile' | 'start'>) => void
  /**
   * The device that loses least of its openness (see `bestCut`); among equals the fullest, then the lowest id. Null if none
   * has room. Changes nothing. Devices are looked at by kind and layout, not one by one.
   */
  readonly choose: (request: FleetRequest) => FleetChoice | null
  /** Places for `count` slices, in the order in which to cut them, or null if not all fit. Changes nothing. */
  readonly chooseMany: (request: FleetRequest, count: number) => readonly FleetChoice[] | null
}

interface Member {
  readonly group: GroupEntry
  slices: readonly Placement[]
}

interface GroupEntry {
  readonly group: FleetGroup
  readonly deviceClass: DeviceClass
  readonly model: string
  readonly label: string | null
}

export function createFleet(gpus: GpuTables): Fleet {
  const classes = new Map<string, DeviceClass>()
  const groups = new Map<string, GroupEntry>()
  const members = new Map<string, Member>()
  const memberOf = (id: string): Member => {
    const member = members.get(id)
    if (!member)
      throw new TrancheError('not_found', `The fleet has no device ${id}.`)
    return member
  }
  const groupOf = (device: FleetDevice): GroupEntry => {
    const classKey = classKeyOf(device)
    const groupKey = JSON.stringify([classKey, device.label])
    const deviceClass = classes.get(classKey) ?? createDeviceClass(device, gpus)
    const entry = groups.get(groupKey) ?? { group: createFleetGroup(deviceClass), deviceClass, model: device.model, label: device.label }
    classes.set(classKey, deviceClass)
    groups.set(groupKey, entry)
    return entry
  }
  const recut = (id: string, member: Member, slices: readonly Placement[]): void => {
    member.group.group.take(id, member.slices)
    member.slices = slices
    member.group.group.put(id, slices)
  }
  const cut = (id: string, placement: Placement): void => {
    const member = memberOf(id)
    recut(id, member, [...member.slices, placement])
  }
  const best = ({ profile, models, label }: FleetRequest): Candidate | null => {
    let found: Candidate | null = null
    for (const entry of groups.values()) {
      if ((label !== undefined && entry.label !== label) || (models && !models.includes(entry.model)))
        continue
      const candidate = entry.group.candidate(profile)
      if (candidate && (!found || compareCandidates(candidate, found) < 0))
        found = candidate
    }
    return found
  }
  return {
    add(device) {
      if (members.has(device.id))
        throw new TrancheError('conflict', `The fleet has a device ${device.id} already.`)
      const group = groupOf(device)
      members.set(device.id, { group, slices: device.slices })
      group.group.put(device.id, device.slices)
    },
    removeDevice(id) {
      const member = memberOf(id)
      member.group.group.take(id, member.slices)
      members.delete(id)
    },
    cut,
    remove(id, { profile, start }) {
      const member = memberOf(id)
      const slices = member.slices.filter(slice => slice.profile !== profile || slice.start !== start)
      if (slices.length === member.slices.length)
        throw new TrancheError('not_found', `Device ${id} has no ${profile} at slot ${start}.`)
      recut(id, member, slices)
    },
    choose(request) {
      const found = best(request)
      return found && choiceOf(found)
    },
    // A profile's places never overlap each other, so that one place taken costs the rest of the gang one place only:
    // if the best are taken one by one and then none is left, no other choice would have done.
    chooseMany(request, count) {
      const before = new Map<string, readonly Placement[]>()
      const choices: FleetChoice[] = []
      while (choices.length < count) {
        const found = best(request)
        if (!found)
          break
        const member = memberOf(found.device)
        before.set(found.device, before.get(found.device) ?? member.slices)
        cut(found.device, { profile: found.profile, start: found.start, size: member.group.deviceClass.rules.offer(found.profile)?.size ?? 1 })
        choices.push(choiceOf(found))
      }
      for (const [id, slices] of before)
        recut(id, memberOf(id), slices)
      return choices.length === count ? choices : null
    },
  }
}

function choiceOf({ device, profile, start }: Candidate): FleetChoice {
  return { device, profile, start }
}
