import type { GpuHealth, LayoutStep, Placement, WantedCut } from '../contract/model'
import type { ProcessHost } from '../runtime/processHost'
import type { GpuModel, GpuTables } from '../slicing/gpuModel'
import type { DeviceRow } from '../store/devices'
import type { FoundGpu } from './foundGpu'
import type { NvidiaSmi } from './nvidiaSmi'
import type { NvmlClient } from './nvml/client'
import type { NvmlDevice, NvmlReading } from './nvml/reading'
import process from 'node:process'
import { TrancheError } from '../contract/errors'
import { modelByName } from './modelByName'
import { askNvidiaSmi } from './nvidiaSmi'
import { openNvml } from './nvml/client'
import { createHardwareCutter } from './nvml/cutHardware'
import { healthOf } from './nvml/health'
import { differencesOf, driverRules, modelOf } from './nvml/model'

/** How long the driver may take to tell everything. */
const readDeadlineMs = 5000

export interface HardwareOptions {
  readonly gpus: GpuTables
  readonly host: ProcessHost
  /** Script of the process that speaks with the driver. */
  readonly entry: string
  /** File by which processes of this lab take turns in the driver. */
  readonly lock: string
  readonly nowMs: () => number
  readonly onFault: (what: string) => void
  /** Path of the NVML library, for hosts where it lies elsewhere; without one, the driver's own where nvidia-smi finds GPUs. */
  readonly library?: string | undefined
}

/** What really cuts a GPU: see `broker/hardwareCutter.ts`, which this fits. */
export interface GpuCutter {
  readonly layout: (device: DeviceRow) => Promise<readonly (Placement & { readonly compute?: readonly number[] })[]>
  readonly carryOut: (device: DeviceRow, step: LayoutStep) => Promise<void>
}

export type Hardware = Awaited<ReturnType<typeof findHardware>>

/**
 * The GPUs of this host, as NVML tells of them, or nvidia-smi where NVML does not. Nothing here fails: a driver that is
 * missing, broken or hangs is told of by `problems`.
 */
export async function findHardware({ gpus, host, entry, lock, nowMs, onFault, library = process.env.TRANCHE_NVML }: HardwareOptions) {
  const smi = await askNvidiaSmi()
  // Without a driver there is nothing to ask, and a process less to start.
  const client = smi.found || library ? openNvml(host, entry, { deadlineMs: readDeadlineMs, lock, onFault, ...(library && { library }) }) : null
  const reading = client ? await readSafely(client) : null
  const devices = reading?.found ? reading.devices : []
  const tables = new Map(devices.map(device => [device.uuid, tablesOf(device, gpus)]))
  const cutter = client ? createHardwareCutter(client) : null

  const tablesFor = ({ hardwareKey }: DeviceRow): GpuTables => (hardwareKey === null ? undefined : tables.get(hardwareKey)?.tables) ?? gpus

  function migOf(device: DeviceRow): { readonly uuid: string, readonly table: NonNullable<GpuModel['mig']> } {
    const table = tablesFor(device).get(device.model)?.mig
    if (!table || device.hardwareKey === null)
      throw new TrancheError('unsupported', `${device.name} has no MIG that this driver tells of.`)
    return { uuid: device.hardwareKey, table }
  }

  const gpuCutter: GpuCutter | null = cutter && {
    async layout(device) {
      const { uuid, table } = migOf(device)
      const shown = await cutter.layout(uuid, table)
      return shown.map(({ profile, start, size, compute }) => ({ profile, start, size, ...(compute?.length === 0 ? { compute: [] } : partsOf(compute, table.profiles.find(({ name }) => name === profile)?.computeSlices)) }))
    },
    carryOut(device, step) {
      const { uuid, table } = migOf(device)
      return cutter.carryOut(uuid, step, table)
    },
  }

  return {
    smi,
    gpus: reading?.found ? devices.map(device => foundByNvml(device, tables.get(device.uuid)?.model)) : foundBySmi(smi, gpus),
    problems: reading === null ? [] : reading.found ? reading.problems : [reading.detail],
    /** Where a driver and the built-in tables differ. The driver is believed; a person may want to know. */
    differences: devices.flatMap((device) => {
      const known = modelOf(device, gpus)
      return known ? differencesOf(device, known) : []
    }),
    tablesFor,
    indexOf: ({ hardwareKey }: DeviceRow): number => devices.find(({ uuid }) => uuid === hardwareKey)?.index ?? 0,
    /** Null for a device that no driver cuts. */
    cutterOf: (device: DeviceRow): GpuCutter | null => device.kind === 'gpu' && tablesFor(device).get(device.model)?.mig ? gpuCutter : null,
    /** What the driver tells now of the lab's real GPUs; nothing where it does not answer. */
    async health(rows: readonly DeviceRow[]): Promise<GpuHealth[]> {
      const now = client && rows.some(({ kind }) => kind === 'gpu') ? await readSafely(client) : null
      return now?.found ? rows.flatMap(row => now.devices.filter(({ uuid }) => uuid === row.hardwareKey).map(device => healthOf(device, row.id, nowMs()))) : []
    },
    close: (): void => client?.close(),
  }
}

async function readSafely(client: NvmlClient): Promise<NvmlReading> {
  return client.read().catch((thrown: unknown) => ({ found: false as const, detail: thrown instanceof Error ? thrown.message : String(thrown) }))
}

/** Real hardware is planned by what its driver says, under the name of the model that it is recognised as. */
function tablesOf(device: NvmlDevice, gpus: GpuTables): { readonly model: GpuModel | undefined, readonly tables: GpuTables } {
  const known = modelOf(device, gpus)
  const model = known && driverRules(known, device.profiles ?? [])
  return { model, tables: model ? new Map([...gpus, [model.model, model]]) : gpus }
}

function foundByNvml(device: NvmlDevice, model: GpuModel | undefined): FoundGpu {
  const name = device.name ?? model?.name ?? device.uuid
  return {
    uuid: device.uuid,
    index: device.index,
    model: model?.model ?? name,
    name,
    memoryMiB: Math.floor(device.memoryMiB?.total ?? model?.memoryMiB ?? 1),
    shown: device.mig?.enabled && model?.mig && device.instances ? device.instances.flatMap(instance => shownCut(instance, model)) : null,
  }
}

function shownCut({ profileId, start, computeInstances }: NonNullable<NvmlDevice['instances']>[number], model: GpuModel): WantedCut[] {
  const profile = model.mig?.profiles.find(known => known.profileId === profileId)
  return profile ? [{ profile: profile.name, start, ...partsOf(computeInstances?.map(({ slices }) => slices) ?? null, profile.computeSlices) }] : []
}

/** Compute instances, where they are other than one over the whole. */
function partsOf(compute: readonly number[] | null, whole: number | undefined): { compute?: number[] } {
  return compute === null || compute.length === 0 || (compute.length === 1 && compute[0] === whole) ? {} : { compute: [...compute] }
}

function foundBySmi(smi: NvidiaSmi, gpus: GpuTables): FoundGpu[] {
  return smi.found ? smi.gpus.map((gpu, index) => ({ ...gpu, index, model: modelByName(gpu.name, gpu.memoryMiB, gpus)?.model ?? gpu.name, shown: null })) : []
}
