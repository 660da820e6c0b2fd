import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gaps, nextStart, numberedSlots, placeAt, slotAt, slotsOf } from '../../src-renderer/editor/axis'
import { countedProfiles, engineWords, shortProfile, strandedWords } from '../../src-renderer/editor/cost'
import { added, draftOf, moved, removed, replaced, sameDraft, wantedOf, withInstances, withMode } from '../../src-renderer/editor/draft'
import { changed, historyOf, redone, undone } from '../../src-renderer/editor/history'
import { placingWords, refusalsOf } from '../../src-renderer/editor/placeWords'
import { effectWords, stepWords } from '../../src-renderer/editor/planWords'
import { contractDevice, contractSlice } from '../helpers/contractJob'

const threeG = contractSlice({ id: 'slice_3g', profile: '3g.40gb', start: 4, size: 4, memoryMiB: 40_192, sm: 42 })
const device = contractDevice({ slices: [threeG, contractSlice({ id: 'slice_c2', parentId: 'slice_3g', profile: '2c.3g.40gb', start: 1, size: 2 }), contractSlice({ id: 'slice_c1', parentId: 'slice_3g', profile: '1c.3g.40gb', start: 0 }), contractSlice()] })

describe('a draft', () => {
  const draft = draftOf(device)

  it('begins as what the device has, in the order of the axis and with its compute instances', () => {
    expect(draft).toEqual({ mode: 'mig', settings: {}, slices: [{ profile: '1g.10gb', start: 0 }, { profile: '3g.40gb', start: 4, compute: [1, 2] }] })
    expect(wantedOf(draft)).toEqual([{ profile: '1g.10gb', start: 0 }, { profile: '3g.40gb', start: 4, compute: [1, 2] }])
  })
  it('keeps the compute instances of a slice that moves, in the gallery too', () => {
    expect(moved(draft, 4, 0).slices).toContainEqual({ profile: '3g.40gb', start: 0, compute: [1, 2] })
    expect(replaced(draft, [{ profile: '4g.40gb', start: 0 }, { profile: '3g.40gb', start: 4 }]).slices).toEqual([{ profile: '4g.40gb', start: 0 }, { profile: '3g.40gb', start: 4, compute: [1, 2] }])
  })
  it('is the same again once a change is taken back by hand', () => {
    expect(sameDraft(added(removed(draft, 0), { profile: '1g.10gb', start: 0 }), draft)).toBe(true)
    expect(sameDraft(withInstances(draft, 4, []), draft)).toBe(false)
    expect(sameDraft(withMode(draft, 'mig', { policy: undefined }, true), draft)).toBe(true)
  })
  it('has no slices of another mode', () => expect(withMode(draft, 'vgpu', { vgpuMode: 'mixed' })).toEqual({ mode: 'vgpu', settings: { vgpuMode: 'mixed' }, slices: [] }))
})

describe('the history of a draft', () => {
  it('takes back and brings back any number of changes', () => {
    fc.assert(fc.property(fc.array(fc.integer(), { maxLength: 50 }), fc.nat(50), (values, steps) => {
      const full = values.reduce((history, value) => changed(history, value), historyOf(0))
      let history = full
      for (let step = 0; step < steps; step++)
        history = undone(history)
      expect(history.present).toBe([0, ...values][Math.max(0, values.length - steps)])
      for (let step = 0; step < steps; step++)
        history = redone(history)
      expect(history).toEqual(full)
    }))
  })
  it('forgets what was taken back once there is a new change', () => {
    const history = changed(undone(changed(changed(historyOf('a'), 'b'), 'c')), 'd')
    expect(redone(history)).toBe(history)
    expect(undone(history).present).toBe('b')
  })
})

describe('the axis', () => {
  it('numbers every slot of a short one and round ones of a long one', () => {
    expect(numberedSlots(8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(numberedSlots(160)).toEqual([0, 20, 40, 60, 80, 100, 120, 140, 160])
    expect(numberedSlots(1)).toEqual([0, 1])
  })
  it('numbers both ends of any, never more than it has room for', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100_000 }), (slots) => {
      const ticks = numberedSlots(slots)
      expect(ticks[0]).toBe(0)
      expect(ticks.at(-1)).toBe(slots)
      expect(ticks.length).toBeLessThanOrEqual(17)
      expect(ticks).toEqual(ticks.toSorted((a, b) => a - b))
    }))
  })
  it('knows the slot under a point, and the nearest one beside the axis', () => {
    const axis = { left: 100, width: 800 }
    expect([100, 199, 200, 899, 900, 0].map(x => slotAt(x, axis, 8))).toEqual([0, 0, 1, 7, 7, 0])
  })
  it('means the place that covers the slot, else the nearest', () => {
    const places = [0, 2, 4].map(start => ({ start }))
    expect([0, 1, 2, 5, 7].map(slot => placeAt(places, 2, slot)?.start)).toEqual([0, 0, 2, 4, 4])
    expect(placeAt([], 2, 1)).toBeUndefined()
  })
  it('goes through the legal places and around', () => {
    expect(nextStart([0, 2, 4], 4, 1)).toBe(0)
    expect(nextStart([0, 2, 4], 0, -1)).toBe(4)
    expect(nextStart([], 3, 1)).toBe(3)
  })
  it('has its slices and its gaps once each', () => {
    expect(gaps(8, [{ start: 4, size: 2 }, { start: 1, size: 1 }])).toEqual([{ start: 0, size: 1 }, { start: 2, size: 2 }, { start: 6, size: 2 }])
    expect(gaps(4, [{ start: 0, size: 4 }])).toEqual([])
  })
  it('is named by slots', () => expect([slotsOf({ start: 3, size: 1 }), slotsOf({ start: 4, size: 4 })]).toEqual(['slot 3', 'slots 4–7']))
})

describe('the cost of a layout', () => {
  it('names the media engines that are left', () => {
    expect(engineWords({ sm: null, memoryMiB: null, engines: { nvdec: 3, nvenc: 0, nvjpg: null, ofa: 1 } })).toBe('3 NVDEC, 1 OFA')
    expect(engineWords({ sm: null, memoryMiB: null })).toBeNull()
  })
  it.each([[{ sm: 10, memoryMiB: 8828 }, '10 SMs and 8.62 GiB'], [{ sm: 1, memoryMiB: 0 }, '1 SM'], [{ sm: null, memoryMiB: 512 }, '512 MiB'], [{ sm: 0, memoryMiB: 0 }, null]])('reads %j as %s', (stranded, words) => expect(strandedWords(stranded)).toBe(words))
  it('counts profiles that come more than once', () => expect(countedProfiles([{ profile: '2g.20gb' }, { profile: '1g.10gb' }, { profile: '2g.20gb' }])).toBe('2 × 2g.20gb, 1g.10gb'))
  it.each([['3g.40gb', '3g'], ['A100D-20C', '20C'], ['1c.3g.40gb', '1c'], ['passthrough', 'passthrough']])('draws %s as %s', (profile, short) => expect(shortProfile(profile)).toBe(short))
})

describe('the words of a profile on its way', () => {
  const place = (start: number, message?: string) => ({ start, ok: message === undefined, rule: null, message: message ?? 'free' })
  const offer = (places: ReturnType<typeof place>[]) => ({ name: '2g.20gb', id: 14, computeSlices: 2, starts: [0, 2, 4], size: 2, maxInstances: 3, memoryMiB: 19_968, memoryGiB: 19.5, memoryIsEstimate: false, computeShare: 2 / 7, sm: 28, engines: null, note: null, best: 4, places })
  const mixed = offer([place(0, 'A 3g holds it.'), place(2), place(4)])

  it('say why an illegal place is illegal, and which one keeps most room', () => {
    expect(placingWords(mixed, 0)).toEqual({ words: 'A 3g holds it.', isRefusal: true })
    expect(placingWords(mixed, 4).words).toBe('2g.20gb in slots 4–5: keeps most room for others.')
    expect(placingWords(mixed, 2).words).toBe('2g.20gb in slots 2–3.')
    expect(placingWords(mixed, null).words).toBe('2g.20gb has 2 legal places.')
  })
  it('say so where it fits nowhere, each reason once', () => {
    const none = offer([place(0, 'No compute is left.'), place(2, 'No compute is left.')])
    expect(placingWords(none, null)).toEqual({ words: '2g.20gb fits nowhere now. No compute is left.', isRefusal: true })
    expect(refusalsOf(none)).toEqual({ reasons: ['No compute is left.'], more: 0 })
  })
})

describe('the steps of a plan', () => {
  const step = { op: 'move', slice: 'slice_1', profile: '1g.10gb', start: 6, size: 1, from: 0, holder: 'job_1', interrupts: true } as const

  it('say what happens and what it means for the holder', () => {
    expect(stepWords(step, 'MIG')).toBe('Move 1g.10gb from slot 0 to slot 6')
    expect(effectWords(step)).toBe('stands still while it moves')
    expect(effectWords({ ...step, interrupts: false })).toBe('goes on while it moves')
    expect(effectWords({ ...step, holder: null })).toBeNull()
    expect(stepWords({ ...step, op: 'create', start: 4, size: 4, profile: '3g.40gb', compute: [1, 2] }, 'MIG')).toBe('Create 3g.40gb in slots 4–7, with compute instances of 1 + 2')
    expect(stepWords({ ...step, op: 'configure' }, 'MIG')).toBe('Put the device in MIG')
  })
})
