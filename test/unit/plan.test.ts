import type { TenantTerms } from '../../src-main/contract/model'
import type { Decision, Snapshot } from '../../src-main/scheduler/plan/snapshot'
import { describe, expect, it } from 'vitest'
import { explainWait } from '../../src-main/scheduler/plan/explain'
import { plan } from '../../src-main/scheduler/plan/plan'
import { usualSettings } from '../../src-main/store/settings'
import { planLine, planPool, planRunning, planSlice, planSlices, planSnapshot, planTenant } from '../helpers/planSnapshot'

const nowMs = 1_000_000

function decide(wish: Partial<Snapshot>): readonly Decision[] {
  return plan(planSnapshot(wish), nowMs).decisions
}

/** Who starts where. */
function starts(wish: Partial<Snapshot>): Record<string, string> {
  return Object.fromEntries(decide(wish).flatMap(decision => decision.type === 'start' ? decision.places.map(({ job, slice }) => [job, slice]) : decision.type === 'part' ? [[decision.job, `${decision.device} ${decision.profile}`]] : []))
}

function why(wish: Partial<Snapshot>, job: string) {
  const snapshot = planSnapshot(wish)
  return explainWait(snapshot, plan(snapshot, nowMs), job, nowMs)
}

const tenants = (terms: Readonly<Record<string, Partial<TenantTerms>>>) => [planTenant('root', {}, { parent: null, path: 'lab' }), ...Object.entries(terms).map(([id, own]) => planTenant(id, own))]

describe('the choice of a slice', () => {
  it('gives the one that computes most to who asks for none in particular', () => {
    const slices = [planSlice('small'), planSlice('large', { profile: '3g.40gb', computeShare: 3 / 7, start: 4 })]
    expect(starts({ slices, lines: [planLine(['a', 'b'])] })).toEqual({ a: 'large', b: 'small' })
    const cpu = planSlice('cpu', { device: 'cpu', isGpu: false, threads: 2, computeShare: 1 })
    expect(starts({ slices: [planSlice('gpu', { computeShare: 1 }), cpu], lines: [planLine(['a'])] })).toEqual({ a: 'cpu' })
  })

  it('gives the smallest that serves to who says what it needs', () => {
    const slices = [planSlice('large', { profile: '3g.40gb', memoryMiB: 40192, computeShare: 3 / 7, sm: 42, start: 4 }), planSlice('small')]
    expect(starts({ slices, lines: [planLine(['a'], { need: { memoryMiB: 8000 } })] })).toEqual({ a: 'small' })
    expect(starts({ slices, lines: [planLine(['a'], { need: { memoryMiB: 9857 } })] })).toEqual({ a: 'large' })
    expect(starts({ slices, lines: [planLine(['a'], { need: { sm: 15 } })] })).toEqual({ a: 'large' })
    expect(starts({ slices, lines: [planLine(['a'], { profile: '1g.10gb', leastMiB: 20_000 })] })).toEqual({})
  })

  it('makes a part of the shared device that has least left beside it', () => {
    const pools = [planPool('roomy'), planPool('tight', { freeMiB: 30_000 })]
    expect(starts({ pools, lines: [planLine(['a'], { need: { memoryMiB: 20_000 } })] })).toEqual({ a: 'tight 20000MiB' })
  })

  it('starts nothing on a slice that is held, broken or on a device out of use', () => {
    const slices = [planSlice('held', { holder: 'vm' }), planSlice('broken', { unusable: 'no provider', start: 1 }), planSlice('cordoned', { device: 'other', start: 2 })]
    expect(starts({ slices, availability: new Map([['other', 'cordoned']]), lines: [planLine(['a', 'b'])] })).toEqual({})
  })
})

describe('who comes first', () => {
  it('is the class: guaranteed before normal before scavenger', () => {
    const lines = [planLine(['s'], { queue: 'scavenger' }), planLine(['n']), planLine(['g'], { queue: 'guaranteed' })]
    expect(Object.keys(starts({ slices: planSlices(2), lines }))).toEqual(['g', 'n'])
  })

  it('is the tenant that has used and uses least for its weight', () => {
    const slices = planSlices(6)
    const lines = [planLine(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']), planLine(['b1', 'b2', 'b3', 'b4', 'b5', 'b6'], { tenant: 'ben' })]
    expect(Object.keys(starts({ slices, lines, tenants: tenants({ ann: { weight: 2 }, ben: { weight: 1 } }) })).filter(job => job.startsWith('a'))).toHaveLength(4)
    expect(Object.keys(starts({ slices: planSlices(1), lines, tenants: [planTenant('root', {}, { parent: null }), planTenant('ann', {}, { faded: 0.3 }), planTenant('ben', {}, { faded: 0.2 })] }))).toEqual(['b1'])
  })

  it('is decided level by level: a team\'s many people share what the team gets', () => {
    const people = ['p1', 'p2', 'p3'].map(id => planTenant(id, {}, { parent: 'ann' }))
    const lines = [...people.map(({ id }) => planLine([`${id}-1`, `${id}-2`, `${id}-3`], { tenant: id })), planLine(['b1', 'b2', 'b3', 'b4', 'b5', 'b6'], { tenant: 'ben' })]
    const started = Object.keys(starts({ slices: planSlices(6), lines, tenants: [...tenants({ ann: {}, ben: {} }), ...people] }))
    expect(started.filter(job => job.startsWith('b'))).toHaveLength(3)
    expect(new Set(started.filter(job => job.startsWith('p')).map(job => job.slice(0, 2)))).toEqual(new Set(['p1', 'p2', 'p3']))
  })

  it('is who uses less than it is guaranteed, before any fair share', () => {
    const lines = [planLine(['a1', 'a2']), planLine(['b1', 'b2'], { tenant: 'ben' })]
    const guaranteed = [planTenant('root', {}, { parent: null }), planTenant('ann'), planTenant('ben', { guaranteed: { compute: 2 / 7 } }, { faded: 0.9 })]
    expect(decide({ slices: planSlices(2), lines, tenants: guaranteed })).toMatchObject([{ places: [{ job: 'b1' }], rule: 'within-guarantee' }, { places: [{ job: 'b2' }] }])
  })

  it('is the job with the lowest key within a tenant', () => {
    const lines = [planLine(['late'], { profile: '1g.10gb', units: [{ key: 9 }] }), planLine(['early'], { need: { memoryMiB: 1 }, units: [{ key: 3 }] })]
    expect(starts({ slices: planSlices(1), lines })).toEqual({ early: 'slice_0' })
  })
})

describe('limits', () => {
  it('hold at every level: a cap of the team binds its people', () => {
    const people = ['p1', 'p2'].map(id => planTenant(id, {}, { parent: 'ann' }))
    const lines = people.map(({ id }) => planLine([`${id}-1`, `${id}-2`], { tenant: id }))
    const wish = { slices: planSlices(4), lines, tenants: [...tenants({ ann: { cap: { compute: 2 / 7 } } }), ...people] }
    expect(Object.keys(starts(wish))).toEqual(['p1-1', 'p2-1'])
    expect(why(wish, 'p1-2')).toMatchObject({ reason: 'cap', waitsFor: expect.stringContaining('beyond its cap') })
    expect(Object.keys(starts({ ...wish, tenants: [...tenants({ ann: { cap: { running: 3 } } }), ...people] }))).toHaveLength(3)
  })

  it('let a tenant borrow so much beyond its guarantee and no more', () => {
    const wish = { slices: planSlices(5), lines: [planLine(['a1', 'a2', 'a3', 'a4', 'a5'])], tenants: tenants({ ann: { guaranteed: { compute: 1 / 7 }, borrowing: { compute: 2 / 7 } } }) }
    expect(Object.keys(starts(wish))).toHaveLength(3)
  })

  it('keep free what a tenant is guaranteed and does not lend', () => {
    const wish = { slices: planSlices(5), lines: [planLine(['a1', 'a2', 'a3', 'a4', 'a5'])], tenants: tenants({ ann: {}, ben: { guaranteed: { compute: 3 / 7 }, lending: { compute: 1 / 7 } } }) }
    expect(Object.keys(starts(wish))).toHaveLength(3)
    expect(why(wish, 'a4')).toMatchObject({ reason: 'lending', waitsFor: expect.stringContaining('guaranteed to ben') })
    expect(Object.keys(starts({ ...wish, lines: [planLine(['b1', 'b2', 'b3', 'b4'], { tenant: 'ben' })] }))).toHaveLength(4)
  })
})

describe('a gang', () => {
  it('starts whole or not at all', () => {
    const gang = planLine([['g1', 'g2', 'g3']])
    expect(starts({ slices: planSlices(2), lines: [gang] })).toEqual({})
    expect(starts({ slices: planSlices(3), lines: [gang] })).toEqual({ g1: 'slice_0', g2: 'slice_1', g3: 'slice_2' })
  })

  it('keeps the free slices it waits with from those behind it, where nothing says when others end', () => {
    const slices = planSlices(3)
    const wish = { slices, running: [planRunning('long', slices.slice(0, 1))], lines: [planLine([['g1', 'g2', 'g3']]), planLine(['b1'], { tenant: 'ben', units: [{ key: 5 }] })] }
    expect(starts({ ...wish, tenants: [planTenant('root', {}, { parent: null }), planTenant('ann'), planTenant('ben', {}, { faded: 0.9 })] })).toEqual({})
  })
})

describe('a reservation', () => {
  const slices = planSlices(2)
  const running = [planRunning('long', slices.slice(0, 1), { endsByMs: nowMs + 10_000 })]
  const gang = planLine([['g1', 'g2']])

  it('keeps the slices that are all free soonest for the first that cannot start', () => {
    expect(plan(planSnapshot({ slices, running, lines: [gang] }), nowMs)).toMatchObject({ reservations: [{ job: 'g1', slices: ['slice_1', 'slice_0'], fromMs: nowMs + 10_000 }], nextMs: nowMs + 10_000 })
  })

  it('lets in what surely ends before, and nothing else', () => {
    const behind = (leftMs: number | null) => ({ slices, running, lines: [gang, planLine(['small'], { leftMs, units: [{ key: 5 }] })] })
    expect(decide(behind(10_000))).toMatchObject([{ type: 'start', places: [{ job: 'small', slice: 'slice_1' }], rule: 'backfill' }])
    expect(decide(behind(10_001))).toEqual([])
    expect(decide(behind(null))).toEqual([])
  })

  it('does not keep what its job could never use', () => {
    const other = planSlice('other', { device: 'gpu2', profile: '3g.40gb' })
    const lines = [planLine([['g1', 'g2']], { profile: '1g.10gb' }), planLine(['b'], { units: [{ key: 5 }], profile: '3g.40gb' })]
    expect(starts({ slices: [...slices, other], running, lines })).toEqual({ b: 'other' })
  })

  it('is not made for one that waits for its own tenant\'s cap', () => {
    const wish = { slices: planSlices(2), lines: [planLine(['a1', 'a2']), planLine(['b1'], { tenant: 'ben' })], tenants: tenants({ ann: { cap: { running: 0 } }, ben: {} }) }
    expect(starts(wish)).toEqual({ b1: 'slice_0' })
    expect(plan(planSnapshot(wish), nowMs).reservations).toEqual([])
  })
})

describe('making room', () => {
  const slices = [...planSlices(2, { profile: '1g.10gb' }), planSlice('large', { profile: '3g.40gb', start: 4, computeShare: 3 / 7, memoryMiB: 40192 })]
  const [one, two, large] = slices

  it('moves a job that would do as well elsewhere before it evicts one', () => {
    const running = [planRunning('small', [large], { request: { profile: null, device: null, need: null }, queue: 'scavenger' })]
    expect(decide({ slices, running, lines: [planLine(['big'], { profile: '3g.40gb' })] })).toEqual([{ type: 'move', job: 'small', slice: one.id, for: 'big', rule: 'makes-room' }])
    const still = { ...usualSettings, moving: false }
    expect(decide({ settings: still, slices, running, lines: [planLine(['big'], { profile: '3g.40gb' })] })).toEqual([{ type: 'preempt', job: 'small', for: 'big', rule: 'scavenger-gives-way' }])
  })

  it('asks for no more while those it asked are leaving', () => {
    const running = [planRunning('a', [one], { queue: 'scavenger', leaving: true }), planRunning('b', [two], { queue: 'scavenger' })]
    expect(decide({ slices: [one, two], running, lines: [planLine(['x'], { profile: '1g.10gb' })] })).toEqual([])
    expect(decide({ slices: [one, two], running, lines: [planLine(['x', 'y'], { profile: '1g.10gb' })] })).toEqual([])
  })

  it('evicts scavengers for all others, those first that lose least, and never a scavenger for a scavenger', () => {
    const running = [planRunning('old', [one], { queue: 'scavenger', sinceMs: 0 }), planRunning('young', [two], { queue: 'scavenger', sinceMs: nowMs - 1000 })]
    expect(decide({ slices: [one, two], running, lines: [planLine(['x'])] })).toEqual([{ type: 'preempt', job: 'young', for: 'x', rule: 'scavenger-gives-way' }])
    expect(decide({ slices: [one, two], running, lines: [planLine(['x'], { queue: 'scavenger' })] })).toEqual([])
  })

  it('takes back what was borrowed for a tenant within its guarantee, after the least run time, and only what was borrowed', () => {
    const running = [planRunning('a1', [one], { sinceMs: nowMs - 30_000 }), planRunning('a2', [two], { sinceMs: nowMs - 20_000 })]
    const lines = [planLine(['b1'], { tenant: 'ben' })]
    const guaranteed = (ann: number, ben: number) => tenants({ ann: { guaranteed: { compute: ann / 7 } }, ben: { guaranteed: { compute: ben / 7 } } })
    expect(decide({ slices: [one, two], running, lines, tenants: guaranteed(1, 1) })).toEqual([{ type: 'preempt', job: 'a2', for: 'b1', rule: 'guarantee-reclaimed' }])
    expect(decide({ slices: [one, two], running, lines, tenants: guaranteed(2, 1) })).toEqual([])
    expect(decide({ slices: [one, two], running, lines, tenants: tenants({ ann: {}, ben: {} }) })).toEqual([])
    const queues = [{ id: 'normal', name: 'normal', priorityClass: 'normal' as const, minRunMs: 25_000 }]
    expect(plan(planSnapshot({ slices: [one, two], running, lines, queues, tenants: guaranteed(0, 1) }), nowMs).decisions).toMatchObject([{ job: 'a1' }])
    expect(plan(planSnapshot({ slices: [two], running: running.slice(1), lines, queues, tenants: guaranteed(0, 1) }), nowMs)).toMatchObject({ decisions: [], nextMs: nowMs + 5000 })
  })

  it('takes nothing back from a higher class, which would have it again at once', () => {
    const running = [planRunning('a1', [one], { queue: 'guaranteed' })]
    const wish = { slices: [one], running, tenants: tenants({ ann: {}, ben: { guaranteed: { compute: 1 / 7 } } }) }
    expect(decide({ ...wish, lines: [planLine(['b1'], { tenant: 'ben' })] })).toEqual([])
    expect(decide({ ...wish, lines: [planLine(['b1'], { tenant: 'ben', queue: 'guaranteed' })] })).toMatchObject([{ type: 'preempt', job: 'a1' }])
  })

  it('evicts a gang whole', () => {
    const running = [planRunning('g1', [one], { queue: 'scavenger', gang: 'g' }), planRunning('g2', [two], { queue: 'scavenger', gang: 'g' })]
    expect(decide({ slices: [one, two], running, lines: [planLine(['x'])] })).toEqual([{ type: 'preempt', job: 'g1', for: 'x', rule: 'scavenger-gives-way' }, { type: 'preempt', job: 'g2', for: 'x', rule: 'scavenger-gives-way' }])
  })
})

describe('time', () => {
  it('ends what waits or runs beyond its deadline, and what ran for as long as it may', () => {
    const slices = planSlices(2)
    const running = [planRunning('late', slices.slice(0, 1), { endsByMs: nowMs, endsBy: 'deadline' }), planRunning('long', slices.slice(1), { endsByMs: nowMs - 1 })]
    expect(decide({ slices, running, deadlines: [{ job: 'w', atMs: nowMs }], lines: [planLine(['w'], { units: [{ deadlineMs: nowMs }] })] })).toEqual([
      { type: 'expire', job: 'w', rule: 'deadline' },
      { type: 'expire', job: 'late', rule: 'deadline' },
      { type: 'expire', job: 'long', rule: 'run-time' },
    ])
  })

  it('keeps a device for a window\'s tenants, from before it opens for what would not be done by then', () => {
    const slices = planSlices(1)
    const window = { id: 'w', name: 'class', devices: ['gpu'], tenants: ['ben'], fromMs: nowMs + 60_000, toMs: nowMs + 120_000 }
    const at = (wish: Partial<Snapshot>) => starts({ slices, windows: [window], settings: { ...usualSettings, preemption: false }, ...wish })
    expect(at({ lines: [planLine(['a'], { leftMs: 60_000 })] })).toEqual({ a: 'slice_0' })
    expect(at({ lines: [planLine(['a'], { leftMs: 60_001 })] })).toEqual({})
    expect(at({ lines: [planLine(['b'], { tenant: 'ben' })] })).toEqual({ b: 'slice_0' })
    const open = { ...window, fromMs: nowMs }
    expect(starts({ slices, windows: [open], lines: [planLine(['a'], { leftMs: 1 })] })).toEqual({})
    expect(starts({ slices, windows: [open], lines: [planLine(['b'], { tenant: 'ben' })] })).toEqual({ b: 'slice_0' })
    expect(why({ slices, windows: [open], lines: [planLine(['a'])] }, 'a')).toMatchObject({ reason: 'window', waitsFor: expect.stringContaining('kept by the window class') })
  })

  it('moves what a window or a drain drives out, and puts it back where there is no room', () => {
    const slices = [planSlice('here'), planSlice('there', { device: 'gpu2' })]
    const running = [planRunning('a', slices.slice(0, 1))]
    expect(decide({ slices, running, availability: new Map([['gpu', 'draining']]) })).toEqual([{ type: 'move', job: 'a', slice: 'there', for: null, rule: 'drained' }])
    expect(decide({ slices: slices.slice(0, 1), running, availability: new Map([['gpu', 'draining']]) })).toEqual([{ type: 'preempt', job: 'a', for: null, rule: 'drained' }])
    const window = { id: 'w', name: 'upkeep', devices: ['gpu'], tenants: [], fromMs: nowMs - 1, toMs: nowMs + 1000 }
    expect(plan(planSnapshot({ slices: slices.slice(0, 1), running, windows: [window] }), nowMs)).toMatchObject({ decisions: [{ type: 'preempt', job: 'a', rule: 'window-begins' }], nextMs: nowMs + 1000 })
  })
})

describe('why', () => {
  const slices = planSlices(1)
  const running = [planRunning('busy', slices, { endsByMs: nowMs + 5000 })]

  it('names who holds the slices, until when, what would let it in and since when that could be', () => {
    expect(why({ slices, running, lines: [planLine(['a', 'b'], { leftMs: 1000 })] }, 'a')).toEqual({
      waitsFor: 'any slice, which is held by busy',
      reason: 'slice',
      heldBy: [{ holder: 'busy', what: '1g.10gb of Virtual A100-80GB', untilMs: nowMs + 5000 }],
      wouldStartIf: 'one of these lets go',
      estimatedStartMs: nowMs + 5000,
      place: 1,
    })
  })

  it('says behind whom those wait that come later in the same line', () => {
    expect(why({ slices, running, lines: [planLine(['a', 'b', 'c'], { leftMs: 1000 })] }, 'c')).toMatchObject({ reason: 'turn', place: 3, estimatedStartMs: nowMs + 7000, heldBy: [{ holder: 'a' }, { holder: 'busy' }], waitsFor: expect.stringContaining('2 that came before it') })
    expect(why({ slices, running, lines: [planLine(['a', 'b'])] }, 'b').estimatedStartMs).toBeNull()
  })

  it('says when what was asked for is gone, too small or on a device that cannot be used', () => {
    expect(why({ slices, lines: [planLine(['a'], { profile: '7g.80gb' })] }, 'a')).toMatchObject({ reason: 'no-such-slice', waitsFor: '7g.80gb, which does not exist any more' })
    expect(why({ slices, lines: [planLine(['a'], { leastMiB: 20_000 })] }, 'a').waitsFor).toContain('the model needs about 20000 MiB')
    expect(why({ slices: [planSlice('x', { unusable: 'no CUDA provider' })], lines: [planLine(['a'])] }, 'a')).toMatchObject({ reason: 'device', waitsFor: expect.stringContaining('no CUDA provider') })
  })
})
