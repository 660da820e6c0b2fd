import { describe, expect, it } from 'vitest'
import { answers, choicesAmong, everyDevice, fleetRows, sumsOf } from '../../src-renderer/fleet'
import { needOf, needWords, noNeed } from '../../src-renderer/need'
import { contractDevice, contractLease, contractSlice } from '../helpers/contractJob'

const held = contractSlice({ id: 'slice_held', start: 0, lease: contractLease() })
const cut = contractSlice({ id: 'slice_cut', profile: '3g.40gb', start: 4, size: 4 })
const instance = contractSlice({ id: 'slice_ci', parentId: 'slice_cut', profile: '1c.3g.40gb' })
const a100 = contractDevice({ id: 'device_a', name: 'Virtual A100', label: 'class-room', slices: [held, cut, instance] })
const a30 = contractDevice({ id: 'device_b', name: 'Virtual A30', model: 'A30-24GB', mode: 'vgpu', slots: 4 })

describe('the fleet', () => {
  it('adds up slots once and what jobs can hold', () => expect(sumsOf([a100, a30])).toEqual({ devices: 2, slots: 12, cut: 5, slices: 2, held: 1 }))
  it('groups devices by model and hides those of a closed one', () => {
    const shown = (closed: string[]) => fleetRows([a30, a100], new Set(closed)).map(row => row.kind === 'model' ? row.model : row.device.id)
    expect(shown([])).toEqual(['A100-80GB', 'device_a', 'A30-24GB', 'device_b'])
    expect(shown(['A100-80GB'])).toEqual(['A100-80GB', 'A30-24GB', 'device_b'])
  })
  it.each([
    [{}, ['device_a', 'device_b']],
    [{ text: ' CLASS ' }, ['device_a']],
    [{ model: 'A30-24GB' }, ['device_b']],
    [{ mode: 'mig' }, ['device_a']],
    [{ label: 'class-room' }, ['device_a']],
    [{ freeProfile: '1c.3g.40gb' }, ['device_a']],
    [{ freeProfile: '3g.40gb' }, []],
    [{ freeProfile: '1g.10gb' }, []],
  ])('answers %j', (question, ids) => expect([a100, a30].filter(device => answers(device, { ...everyDevice, ...question })).map(({ id }) => id)).toEqual(ids))
  it('offers only what is there', () => expect(choicesAmong([a100, a30])).toEqual({ models: ['A30-24GB', 'A100-80GB'], modes: ['mig', 'vgpu'], labels: ['class-room'], freeProfiles: ['1c.3g.40gb'] }))
})

describe('a need', () => {
  it('is nothing where nothing was filled in', () => expect(needOf(noNeed)).toEqual({}))
  it('rounds memory up, so that what is found is enough', () => expect(needOf({ ...noNeed, memoryGiB: 9.7, computePercent: 25, models: ['A30-24GB'], label: 'x' })).toEqual({ memoryMiB: 9933, computeShare: 0.25, models: ['A30-24GB'], label: 'x' }))
  it('is said in words', () => {
    expect(needWords({ memoryMiB: 20_480, computeShare: 0.25, models: ['A30-24GB', 'A40-48GB'] })).toBe('a slice with 20 GiB and 25 % of the compute (A30-24GB or A40-48GB)')
    expect(needWords({ label: 'class-room' })).toBe('any slice (label class-room)')
    expect(needWords({})).toBe('any slice')
  })
})
