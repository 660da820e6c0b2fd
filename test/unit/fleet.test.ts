import type { FleetDevice } from '../../src-main/broker/plan/fleet'
import { expect, it } from 'vitest'
import { createFleet } from '../../src-main/broker/plan/fleet'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'

const gpus = readGpuTables(resourcesDir())

function fleetOf(...devices: Partial<FleetDevice>[]) {
  const fleet = createFleet(gpus)
  for (const [index, device] of devices.entries())
    fleet.add({ id: `gpu_${index}`, model: 'H100-80GB', mode: 'mig', memoryMiB: 81920, settings: {}, label: null, slices: [], ...device })
  return fleet
}

it('takes the broken GPU rather than the whole one', () => {
  const fleet = fleetOf({}, { slices: [{ profile: '2g.20gb', start: 4, size: 2 }] })
  expect(fleet.choose({ profile: '1g.10gb' })).toEqual({ device: 'gpu_1', profile: '1g.10gb', start: 6 })
})

it('takes the fullest shared device that has room', () => {
  const fleet = fleetOf({ mode: 'shared' }, { mode: 'shared', slices: [{ profile: '40960MiB', start: 0, size: 1 }] }, { mode: 'shared', slices: [{ profile: '61440MiB', start: 0, size: 1 }] })
  expect(fleet.choose({ profile: '0.5' })).toMatchObject({ device: 'gpu_1', start: 1 })
  expect(fleet.choose({ profile: '0.25' })).toMatchObject({ device: 'gpu_2', start: 1 })
})

it('keeps to the models and the label of the request', () => {
  const fleet = fleetOf({ label: 'class-room' }, { model: 'A100-80GB' })
  expect(fleet.choose({ profile: '3g.40gb', models: ['A100-80GB'] })?.device).toBe('gpu_1')
  expect(fleet.choose({ profile: '3g.40gb', label: 'class-room' })?.device).toBe('gpu_0')
  expect(fleet.choose({ profile: '3g.40gb', models: ['A100-80GB'], label: 'class-room' })).toBeNull()
})

it('finds places for a whole gang over several devices, or for none of it, and holds nothing', () => {
  const fleet = fleetOf({}, {})
  const places = fleet.chooseMany({ profile: '3g.40gb' }, 4)
  expect(places?.map(({ device, start }) => `${device}@${start}`).sort()).toEqual(['gpu_0@0', 'gpu_0@4', 'gpu_1@0', 'gpu_1@4'])
  expect(fleet.chooseMany({ profile: '3g.40gb' }, 5)).toBeNull()
  expect(fleet.chooseMany({ profile: '7g.80gb' }, 2)).toHaveLength(2)
})

it('says what is not there, and what is there already', () => {
  const fleet = fleetOf({})
  expect(() => fleet.removeDevice('gpu_7')).toThrow('no device gpu_7')
  expect(() => fleet.remove('gpu_0', { profile: '1g.10gb', start: 3 })).toThrow('Device gpu_0 has no 1g.10gb at slot 3.')
  expect(() => fleet.add({ id: 'gpu_0', model: 'T4-16GB', mode: 'passthrough', memoryMiB: 1, settings: {}, label: null, slices: [] })).toThrow('gpu_0 already')
})
