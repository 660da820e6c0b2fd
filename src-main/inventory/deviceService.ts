import type { Device } from '../contract/model'
import type { GpuModel } from '../slicing/gpuModel'
import type { DeviceRow } from '../store/devices'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { HostCpu } from './cpu'
import type { NvidiaSmi } from './nvidiaSmi'
import { TrancheError } from '../contract/errors'
import { cutLayout, rulesOf } from '../slicing/rules'
import { newId } from '../store/ids'
import { describeDevice } from './describeDevice'

/** The virtual A100 of a first start: one slice of each common size, and the 3g at slot 4 so that nothing overlaps. */
const firstLayout = [
  { profile: '2g.20gb', start: 0 },
  { profile: '1g.10gb', start: 2 },
  { profile: '1g.10gb', start: 3 },
  { profile: '3g.40gb', start: 4 },
]

export interface InventoryDeps {
  readonly store: Store
  readonly gpus: ReadonlyMap<string, GpuModel>
  readonly cpu: HostCpu
  readonly cudaInstalled: boolean
  readonly nowMs: () => number
  readonly changes: Changes
}

export type DeviceService = ReturnType<typeof createDeviceService>

/** The devices of the lab: the host's own, kept in step with what is found, and virtual GPUs that people add. */
export function createDeviceService({ store, gpus, cpu, cudaInstalled, nowMs, changes }: InventoryDeps) {
  function insert(device: Omit<DeviceRow, 'id' | 'createdAtMs' | 'present'>, layout: readonly { profile: string, start: number }[]): DeviceRow {
    const row: DeviceRow = { ...device, id: newId('device'), present: true, createdAtMs: nowMs() }
    const cuts = cutLayout(rulesOf(row, gpus), layout)
    store.devices.insert(row)
    store.events.append(nowMs(), 'device.added', row.id, { name: row.name, model: row.model, mode: row.mode })
    for (const cut of cuts) {
      const id = newId('slice')
      store.slices.insert({ ...cut, id, deviceId: row.id, createdAtMs: nowMs() })
      store.events.append(nowMs(), 'slice.cut', id, { device: row.id, profile: cut.profile, start: cut.start, size: cut.size })
    }
    return row
  }

  function insertVirtual(model: GpuModel, layout: typeof firstLayout): DeviceRow {
    const alike = store.devices.all().filter(device => device.kind === 'virtual-gpu' && device.model === model.model)
    const names = new Set(alike.map(device => device.name))
    let number = alike.length + 1
    while (names.has(virtualName(model, number)))
      number++
    return insert({ kind: 'virtual-gpu', model: model.model, name: virtualName(model, number), mode: 'mig', memoryMiB: model.memoryMiB, hardwareKey: null }, layout)
  }

  function describe(row: DeviceRow): Device {
    const slices = store.slices.all().filter(slice => slice.deviceId === row.id)
    return describeDevice(row, slices, store.leases.live(), { gpus, cpu, cudaInstalled })
  }

  function get(id: string): DeviceRow {
    const row = store.devices.get(id)
    if (!row)
      throw new TrancheError('not_found', `There is no device ${id}. \`tranche devices\` lists them.`)
    return row
  }

  return {
    list: (): Device[] => store.devices.all().map(describe),

    /** Brings the table of the host's own devices in step with what was found; hardware that is gone is kept, unusable. */
    syncHardware(smi: NvidiaSmi): void {
      const found = [
        { hardwareKey: 'cpu', kind: 'cpu' as const, model: cpu.model, name: 'Host CPU', memoryMiB: cpu.memoryMiB },
        ...(smi.found ? smi.gpus : []).map(gpu => ({ hardwareKey: gpu.uuid, kind: 'gpu' as const, model: gpu.name, name: gpu.name, memoryMiB: gpu.memoryMiB })),
      ]
      store.write(() => {
        const known = store.devices.all().filter(device => device.hardwareKey !== null)
        for (const device of known)
          store.devices.refresh(device.id, { ...(found.find(hardware => hardware.hardwareKey === device.hardwareKey) ?? device), present: found.some(hardware => hardware.hardwareKey === device.hardwareKey) })
        for (const hardware of found.filter(({ hardwareKey }) => known.every(device => device.hardwareKey !== hardwareKey)))
          insert({ ...hardware, mode: 'passthrough' }, [{ profile: 'passthrough', start: 0 }])
      })
    },

    /** On the first start of a state folder: a virtual A100 to try things on. Removing it is respected later. */
    seedFirstStart(isFirst: boolean): void {
      const model = gpus.get('A100-80GB')
      if (isFirst && model)
        store.write(() => insertVirtual(model, firstLayout))
    },

    /** Adds a virtual GPU, cut as a first one is. Throws `not_found` for a model without a table. */
    addVirtual(modelName: string): Device {
      const model = [...gpus.values()].find(({ model }) => model.toLowerCase() === modelName.toLowerCase())
      if (!model)
        throw new TrancheError('not_found', `There is no table for a GPU model ${modelName}. Known: ${[...gpus.keys()].join(', ')}.`)
      const row = store.write(() => insertVirtual(model, firstLayout))
      changes.devices()
      return describe(row)
    },

    /** Removes a virtual GPU. Throws `in_use` with the holders while any of its slices is leased. */
    remove(id: string): void {
      store.write(() => {
        const row = get(id)
        if (row.kind !== 'virtual-gpu')
          throw new TrancheError('conflict', `${row.name} is part of this host; only virtual GPUs can be removed.`)
        const holders = describe(row).slices.flatMap(slice => slice.lease ? [slice.lease.holder] : [])
        if (holders.length > 0)
          throw new TrancheError('in_use', `${row.name} is held by ${holders.join(', ')}. Cancel ${holders.length === 1 ? 'that job' : 'these jobs'} or wait for the end, then remove it.`, { details: { holders }, retryable: true })
        store.devices.remove(id)
        store.events.append(nowMs(), 'device.removed', id, { name: row.name })
      })
      changes.devices()
    },

    models: () => [...gpus.values()].map(({ model, name, memoryMiB }) => ({ model, name, memoryMiB })),
  }
}

function virtualName(model: GpuModel, number: number): string {
  return `Virtual ${model.model}${number > 1 ? ` (${number})` : ''}`
}
