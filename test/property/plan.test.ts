import fc from 'fast-check'
import { expect, it } from 'vitest'
import { serves } from '../../src-main/broker/planRequest'
import { plan } from '../../src-main/scheduler/plan'
import { planJob, planSlice } from '../helpers/planSnapshot'

const profile = fc.constantFrom('1g.10gb', '2g.20gb', '3g.40gb')
const device = fc.constantFrom('one', 'two')
const snapshot = fc.record({
  queue: fc.uniqueArray(fc.nat(999), { maxLength: 12 }).chain(ids => fc.tuple(...ids.map(id => fc.record({
    profile: fc.option(profile),
    device: fc.option(device),
    need: fc.option(fc.record({ computeShare: fc.constantFrom(1 / 7, 0.5), label: fc.constantFrom(undefined, 'class') })),
    modelReady: fc.boolean(),
  }).map(asked => planJob(`job_${id}`, asked))))),
  slices: fc.uniqueArray(fc.nat(999), { maxLength: 10 }).chain(ids => fc.tuple(...ids.map(id => fc.record({
    profile,
    device,
    label: fc.constantFrom(null, 'class'),
    computeShare: fc.constantFrom(1 / 7, 3 / 7, 1),
    threads: fc.integer({ min: 1, max: 4 }),
    holder: fc.option(fc.constantFrom('job_x', 'job_y')),
    unusable: fc.option(fc.constant('it is broken'), { freq: 4 }),
  }).map(made => planSlice(`slice_${id}`, made))))),
})

it('never gives a slice twice, never one that is held, unusable or not asked for, and answers for every job once', () => {
  fc.assert(fc.property(snapshot, ({ queue, slices }) => {
    const decisions = plan({ queue, slices, pools: [] })
    expect(decisions.map(({ job }) => job)).toEqual(queue.map(({ id }) => id))
    const starts = decisions.filter(decision => decision.type === 'start')
    expect(new Set(starts.map(({ slice }) => slice)).size).toBe(starts.length)
    for (const start of starts) {
      const slice = slices.find(({ id }) => id === start.slice)
      const job = queue.find(({ id }) => id === start.job)
      expect(slice).toMatchObject({ holder: null, unusable: null })
      expect(slice && job && serves(slice, job) && job.modelReady).toBe(true)
    }
  }), { numRuns: 5000 })
})

it('overtakes nobody: a job never waits while a later one starts on a slice it would have taken', () => {
  fc.assert(fc.property(snapshot, ({ queue, slices }) => {
    const decisions = plan({ queue, slices, pools: [] })
    for (const [place, decision] of decisions.entries()) {
      const waiting = queue[place]
      if (decision.type !== 'wait' || !waiting.modelReady)
        continue
      for (const later of decisions.slice(place + 1)) {
        const taken = later.type === 'start' && slices.find(({ id }) => id === later.slice)
        expect(taken && serves(taken, waiting)).toBeFalsy()
      }
    }
  }), { numRuns: 5000 })
})

it('gives the same decisions whatever the order in which the slices are listed', () => {
  fc.assert(fc.property(snapshot, fc.infiniteStream(fc.nat()), ({ queue, slices }, keys) => {
    const distinct = slices.map((slice, start) => ({ ...slice, start }))
    const shuffled = distinct.map(slice => ({ slice, key: keys.next().value ?? 0 })).sort((a, b) => a.key - b.key).map(({ slice }) => slice)
    const started = (decisions: ReturnType<typeof plan>) => decisions.filter(({ type }) => type === 'start')
    expect(started(plan({ queue, slices: shuffled, pools: [] }))).toEqual(started(plan({ queue, slices: distinct, pools: [] })))
  }), { numRuns: 2000 })
})
