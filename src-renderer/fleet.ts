import type { Device } from '@contract/model'
import { leafSlices } from './floorPlan'

/** What devices have together. */
export interface FleetSums {
  readonly devices: number
  readonly slots: number
  /** Slots that slices lie in. */
  readonly cut: number
  readonly slices: number
  readonly held: number
}

/** A line of the fleet: the head of a model's devices, or one of them. */
export type FleetRow
  = | { readonly kind: 'model', readonly model: string, readonly sums: FleetSums, readonly isOpen: boolean }
    | { readonly kind: 'device', readonly device: Device, readonly sums: FleetSums }

/** What is asked of devices; an empty text asks nothing. */
export interface FleetQuestion {
  readonly text: string
  readonly model: string
  readonly mode: string
  readonly label: string
  /** Profile of which a slice has to be free. */
  readonly freeProfile: string
}

export const everyDevice: FleetQuestion = { text: '', model: '', mode: '', label: '', freeProfile: '' }

export function sumsOf(devices: readonly Device[]): FleetSums {
  let [slots, cut, slices, held] = [0, 0, 0, 0]
  for (const device of devices) {
    const leaves = leafSlices(device.slices)
    slots += device.slots
    cut += device.slices.reduce((sum, { parentId, size }) => parentId === null ? sum + size : sum, 0)
    slices += leaves.length
    held += leaves.filter(({ lease }) => lease).length
  }
  return { devices: devices.length, slots, cut, slices, held }
}

/** The lines of a fleet, models by name; those of `closed` models without their devices. */
export function fleetRows(devices: readonly Device[], closed: ReadonlySet<string>): FleetRow[] {
  const models = new Map<string, Device[]>()
  for (const device of devices) {
    const own = models.get(device.model)
    if (own)
      own.push(device)
    else
      models.set(device.model, [device])
  }
  return [...models].toSorted(([a], [b]) => a.localeCompare(b, 'en')).flatMap(([model, own]): FleetRow[] => {
    const isOpen = !closed.has(model)
    const head: FleetRow = { kind: 'model', model, sums: sumsOf(own), isOpen }
    return isOpen ? [head, ...own.map((device): FleetRow => ({ kind: 'device', device, sums: sumsOf([device]) }))] : [head]
  })
}

/** Whether a device is one of those that are asked for. */
export function answers(device: Device, { text, model, mode, label, freeProfile }: FleetQuestion): boolean {
  const wanted = text.trim().toLowerCase()
  return (model === '' || device.model === model)
    && (mode === '' || device.mode === mode)
    && (label === '' || device.label === label)
    && (wanted === '' || [device.name, device.id, device.label].some(part => part?.toLowerCase().includes(wanted)))
    && (freeProfile === '' || leafSlices(device.slices).some(({ profile, lease }) => profile === freeProfile && !lease))
}

/** What can be asked for among some devices, each in order. */
export function choicesAmong(devices: readonly Device[]) {
  const sorted = (values: readonly string[]) => [...new Set(values)].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  return {
    models: sorted(devices.map(({ model }) => model)),
    modes: [...new Set(devices.map(({ mode }) => mode))],
    labels: sorted(devices.flatMap(({ label }) => label ?? [])),
    freeProfiles: sorted(devices.flatMap(({ slices }) => leafSlices(slices).filter(({ lease }) => !lease).map(({ profile }) => profile))),
  }
}
