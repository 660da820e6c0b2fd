import type { FleetChoice, FleetDevice, FleetRequest } from '../../src-main/broker/plan/fleet'
import type { DeviceMode, ModeSettings } from '../../src-main/contract/model'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFleet } from '../../src-main/broker/plan/fleet'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { bestCut } from '../../src-main/slicing/placement/placement'
import { rulesOf } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())

const kinds: readonly (readonly [string, DeviceMode, ModeSettings])[] = [
  ['H100-80GB', 'mig', {}],
  ['A100-80GB', 'mig', {}],
  ['A100-80GB', 'vgpu', { vgpuMode: 'mixed' }],
  ['A100-80GB', 'vgpu', {}],
  ['A30-24GB', 'mig', {}],
  ['A30-24GB', 'shared', {}],
  ['H100-80GB', 'shared', {}],
  ['L40S-48GB', 'sriov', { functions: 3 }],
  ['T4-16GB', 'passthrough', {}],
]
/** Some are on offer in several kinds, some under another name, some nowhere. */
const profiles = ['1g.10gb', '1g.10gb+me', '2g.20gb', '1g.20gb', '3g.40gb', '4g.40gb', '7g.80gb', 'H100XM-2-20C', '1g.6gb', '2g.12gb', 'A100D-20C', 'A100DX-4C', 'A100D-16C', '0.5', '9000MiB', 'vf', 'passthrough', '9g.9gb']
const labels = [null, 'lab', 'class-room']

const request = fc.record({
  profile: fc.constantFrom(...profiles),
  models: fc.option(fc.subarray(kinds.map(([model]) => model), { minLength: 1 }), { nil: undefined }),
  label: fc.option(fc.constantFrom('lab', 'class-room', 'nowhere'), { nil: undefined }),
})
const operation = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), kind: fc.nat(kinds.length - 1), label: fc.constantFrom(...labels), id: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), pick: fc.nat() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('cut' as const), request }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('free' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('gang' as const), request, count: fc.integer({ min: 1, max: 6 }) }) },
)

/** Looks at every device, and remembers nothing. */
function scan(devices: readonly FleetDevice[], { profile, models, label }: FleetRequest): FleetChoice | null {
  const candidates = devices
    .filter(device => (!models || models.includes(device.model)) && (label === undefined || device.label === label))
    .flatMap((device) => {
      const rules = rulesOf(device, gpus)
      const best = bestCut(rules, device.slices, profile)
      const parts = device.mode === 'shared'
        ? device.slices.map(slice => rules.offer(slice.profile)?.computeShare ?? 0).sort()
        : [device.slices.reduce((sum, { size }) => sum + size, 0) / rules.slots]
      return best ? [{ device: device.id, profile: rules.offer(profile)?.name ?? '', ...best, fullness: parts.reduce((sum, part) => sum + part, 0) }] : []
    })
    .sort((a, b) => a.loss - b.loss || b.fullness - a.fullness || (a.device < b.device ? -1 : 1))
  return candidates.length > 0 ? { device: candidates[0].device, profile: candidates[0].profile, start: candidates[0].start } : null
}

function withCut(device: FleetDevice, choice: FleetChoice): FleetDevice {
  const size = rulesOf(device, gpus).offer(choice.profile)?.size ?? 0
  return { ...device, slices: [...device.slices, { profile: choice.profile, start: choice.start, size }] }
}

/** One by one on a copy: the starts of a gang, or null. */
function scanMany(devices: readonly FleetDevice[], wanted: FleetRequest, count: number): FleetChoice[] | null {
  const choice = count === 0 ? null : scan(devices, wanted)
  if (count === 0 || !choice)
    return count === 0 ? [] : null
  const rest = scanMany(devices.map(device => device.id === choice.device ? withCut(device, choice) : device), wanted, count - 1)
  return rest && [choice, ...rest]
}

it('answers as a scan over every device would, after any operations', () => {
  fc.assert(fc.property(fc.array(operation, { minLength: 10, maxLength: 60 }), (operations) => {
    const fleet = createFleet(gpus)
    const devices = new Map<string, FleetDevice>()
    const add = (id: number, kind: number, label: string | null): void => {
      const [model, mode, settings] = kinds[kind]
      const device = { id: `gpu_${id}`, model, mode, settings, label, memoryMiB: gpus.get(model)?.memoryMiB ?? 0, slices: [] }
      devices.set(device.id, device)
      fleet.add(device)
    }
    kinds.forEach((_, kind) => add(100 - kind, kind, labels[kind % labels.length]))
    for (const step of operations) {
      const all = [...devices.values()]
      if (step.do === 'add' && !devices.has(`gpu_${step.id}`)) {
        add(step.id, step.kind, step.label)
      }
      else if (step.do === 'drop' && all.length > 0) {
        const { id } = all[step.pick % all.length]
        devices.delete(id)
        fleet.removeDevice(id)
      }
      else if (step.do === 'free') {
        const held = all.flatMap(device => device.slices.map(slice => ({ device, slice })))
        if (held.length > 0) {
          const { device, slice } = held[step.pick % held.length]
          devices.set(device.id, { ...device, slices: device.slices.filter(other => other !== slice) })
          fleet.remove(device.id, slice)
        }
      }
      else if (step.do === 'cut') {
        const choice = fleet.choose(step.request)
        expect(choice).toEqual(scan(all, step.request))
        const device = choice && devices.get(choice.device)
        if (choice && device) {
          const after = withCut(device, choice)
          devices.set(device.id, after)
          for (const slice of after.slices.slice(-1))
            fleet.cut(device.id, slice)
        }
      }
      else if (step.do === 'gang') {
        expect(fleet.chooseMany(step.request, step.count)).toEqual(scanMany(all, step.request, step.count))
        expect(fleet.choose(step.request)).toEqual(scan(all, step.request))
      }
    }
  }), { numRuns: 1000 })
})
