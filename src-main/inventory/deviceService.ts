import type { CallParsed } from '../contract/calls'
import type { Availability, Device } from '../contract/model'
import type { GpuModel, GpuTables } from '../slicing/gpuModel'
import type { DeviceRow } from '../store/devices'
import type { LeaseRow } from '../store/leases'
import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { HostCpu } from './cpu'
import type { FoundGpu } from './foundGpu'
import { TrancheError } from '../contract/errors'
import { findModel } from '../slicing/gpuModel'
import { settle } from '../slicing/modes/modeSettings'
import { firstLayout, placeLayout } from '../slicing/placement/placeLayout'
import { modesOf, rulesOf } from '../slicing/rules'
import { newId } from '../store/ids'
import { describeDevice } from './describeDevice'
import { insertSlice } from './sliceRows'

export interface InventoryDeps {
  readonly store: Store
  readonly gpus: GpuTables
  /** The tables that hold for one device: a real GPU's is what its driver says. */
  readonly tablesFor: (device: DeviceRow) => GpuTables
  readonly cpu: HostCpu
  readonly cudaInstalled: boolean
  readonly nowMs: () => number
  readonly changes: Changes
}

export type DeviceService = ReturnType<typeof createDeviceService>
type Addition = CallParsed<'lab.add'>

/** The devices of the lab: the host's own, kept in step with what is found, and virtual GPUs that people add. */
export function createDeviceService({ store, gpus, tablesFor, cpu, cudaInstalled, nowMs, changes }: InventoryDeps) {
  function insert(device: Omit<DeviceRow, 'id' | 'createdAtMs' | 'present' | 'settings'> & Pick<Addition, 'settings'>, wanted?: Addition['layout']): DeviceRow {
    const row: DeviceRow = { ...device, settings: settle(device.mode, device.settings ?? {}, gpus.get(device.model)), id: newId('device'), present: true, createdAtMs: nowMs() }
    const rules = rulesOf(row, tablesFor(row))
    const cuts = placeLayout(rules, wanted ?? firstLayout(rules))
    store.devices.insert(row)
    store.events.append(nowMs(), 'device.added', row.id, { name: row.name, model: row.model, mode: row.mode })
    for (const cut of cuts)
      insertSlice(store, row.id, rules, cut, nowMs())
    return row
  }

  function get(id: string): DeviceRow {
    const row = store.devices.get(id)
    if (!row)
      throw new TrancheError('not_found', `There is no device ${id}. \`tranche devices\` lists them.`)
    return row
  }

  function describe(row: DeviceRow): Device {
    return describeDevice(row, {
      slices: store.slices.ofDevice(row.id),
      leaseOn: sliceId => store.leases.onSlice(sliceId),
      canUndo: store.layoutChanges.lastDone(row.id) !== undefined,
      unfinished: store.layoutChanges.unfinishedOf(row.id),
    }, { cpu, cudaInstalled, tablesFor })
  }

  /** All at once, in a few reads however many there are. */
  function list(): Device[] {
    const slices = new Map<string, SliceRow[]>()
    for (const slice of store.slices.all())
      slices.set(slice.deviceId, [...slices.get(slice.deviceId) ?? [], slice])
    const leases = new Map<string, LeaseRow>(store.leases.live().flatMap(lease => lease.sliceIds.map(sliceId => [sliceId, lease] as const)))
    const undoable = store.layoutChanges.undoable()
    const unfinished = new Map(store.layoutChanges.unfinished().map(change => [change.deviceId, change]))
    return store.devices.all().map(row => describeDevice(row, {
      slices: slices.get(row.id) ?? [],
      leaseOn: sliceId => leases.get(sliceId),
      canUndo: undoable.has(row.id),
      unfinished: unfinished.get(row.id),
    }, { cpu, cudaInstalled, tablesFor }))
  }

  function addVirtual(model: GpuModel, { count, mode, settings, layout, label }: Omit<Addition, 'model'>): DeviceRow[] {
    const known = modesOf(model)
    const names = virtualNames(model, new Set(store.devices.all().map(({ name }) => name)))
    return Array.from({ length: count }, () => insert({
      kind: 'virtual-gpu',
      model: model.model,
      name: names(),
      mode: mode ?? known.find(each => each === 'mig') ?? known.find(each => each === 'vgpu') ?? 'passthrough',
      memoryMiB: model.memoryMiB,
      hardwareKey: null,
      label: label ?? null,
      availability: 'open',
      availabilityReason: null,
      settings,
    }, layout))
  }

  return {
    list,
    get,
    describe: (id: string): Device => describe(get(id)),

    /** Brings the table of the host's own devices in step with what was found; hardware that is gone is kept, unusable. */
    syncHardware(found: readonly FoundGpu[]): void {
      const hardware = [
        { hardwareKey: 'cpu', kind: 'cpu' as const, model: cpu.model, name: 'Host CPU', memoryMiB: cpu.memoryMiB, shown: null },
        ...found.map(({ uuid, model, name, memoryMiB, shown }) => ({ hardwareKey: uuid, kind: 'gpu' as const, model, name, memoryMiB, shown })),
      ]
      store.write(() => {
        const known = store.devices.all().filter(device => device.hardwareKey !== null)
        for (const device of known) {
          const now = hardware.find(({ hardwareKey }) => hardwareKey === device.hardwareKey)
          store.devices.refresh(device.id, { ...(now ?? device), present: now !== undefined })
        }
        for (const { shown, ...one } of hardware.filter(({ hardwareKey }) => known.every(device => device.hardwareKey !== hardwareKey)))
          insert({ ...one, mode: shown ? 'mig' : 'passthrough', label: null, availability: 'open', availabilityReason: null }, shown ? [...shown] : undefined)
      })
    },

    /** On the first start of a state folder: a virtual A100 to try things on. Removing it is respected later. */
    seedFirstStart(isFirst: boolean): void {
      const model = gpus.get('A100-80GB')
      if (isFirst && model)
        store.write(() => addVirtual(model, { count: 1 }))
    },

    /** Adds virtual GPUs. Throws `not_found` for a model without a table, `conflict` for a layout that its rules refuse. */
    add({ model: name, ...addition }: Addition): Device[] {
      const model = findModel(gpus, name)
      if (!model)
        throw new TrancheError('not_found', `There is no table for a GPU model ${name}. Known: ${[...gpus.keys()].join(', ')}.`)
      const rows = store.write(() => addVirtual(model, addition))
      changes.devices()
      return rows.map(describe)
    },

    /** Removes a virtual GPU. Throws `in_use` with the holders while any of its slices is leased. */
    remove(id: string): void {
      store.write(() => {
        const row = get(id)
        if (row.kind !== 'virtual-gpu')
          throw new TrancheError('conflict', `${row.name} is part of this host; only virtual GPUs can be removed.`)
        const holders = [...new Set(describe(row).slices.flatMap(slice => slice.lease ? [slice.lease.holder] : []))]
        if (holders.length > 0)
          throw new TrancheError('in_use', `${row.name} is held by ${holders.join(', ')}. Cancel ${holders.length === 1 ? 'that job' : 'these jobs'} or release the lease, then remove it.`, { details: { holders }, retryable: true })
        store.devices.remove(id)
        store.events.append(nowMs(), 'device.removed', id, { name: row.name })
      })
      changes.devices()
    },

    /** Whether jobs start on a device, go on there, or have to leave it. */
    setAvailability(id: string, availability: Availability, reason: string | null): Device {
      store.write(() => {
        store.devices.setAvailability(get(id).id, availability, reason)
        store.events.append(nowMs(), 'device.availability', id, { availability, reason })
      })
      changes.devices()
      return describe(get(id))
    },
    /** Names a device for requests, or takes its label away. */
    label(id: string, label: string | null): Device {
      store.write(() => {
        store.devices.label(get(id).id, label)
        store.events.append(nowMs(), 'device.labelled', id, { label })
      })
      changes.devices()
      return describe(get(id))
    },

    models: () => [...gpus.values()]
      .map(gpu => ({ model: gpu.model, name: gpu.name, architecture: gpu.architecture, memoryMiB: gpu.memoryMiB, sm: gpu.sm, modes: modesOf(gpu) }))
      .sort((a, b) => a.name < b.name ? -1 : 1),
  }
}

/** `Virtual A30-24GB`, `Virtual A30-24GB (2)`, ...: the next that is free at each call. */
function virtualNames({ model }: GpuModel, taken: Set<string>): () => string {
  let number = 0
  return () => {
    for (;;) {
      number++
      const name = `Virtual ${model}${number > 1 ? ` (${number})` : ''}`
      if (!taken.has(name))
        return name
    }
  }
}
