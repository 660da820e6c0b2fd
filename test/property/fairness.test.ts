import type { Decision, PlanTenant, Snapshot } from '../../src-main/scheduler/plan/snapshot'
import type { SimJob, SimWorld } from '../helpers/simulation/simulation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plan } from '../../src-main/scheduler/plan/plan'
import { planQueues, planSlice, planTenant } from '../helpers/planSnapshot'
import { simulate } from '../helpers/simulation/simulation'

const root = planTenant('root', {}, { parent: null, path: 'lab' })

function slicesOf(count: number, profile = '1g.10gb', share = 1 / 7) {
  return Array.from({ length: count }, (_, start) => planSlice(`${profile}-${start}`, { profile, start, device: `gpu${Math.floor(start / 7)}`, computeShare: share, memoryMiB: Math.round(share * 80_000) }))
}

/** More jobs of a tenant than there is time for. */
function endless(tenant: string, profile: string, untilMs: number, slices: number, random: () => number): SimJob[] {
  const jobs: SimJob[] = []
  for (let work = 0; work < untilMs * slices * 1.5;) {
    const worksMs = 30_000 + Math.floor(random() * 60_000)
    work += worksMs
    jobs.push({ id: `${tenant}-${profile}-${jobs.length}`, arrivesAtMs: 0, worksMs, boundMs: null, tenant, queue: 'normal', profile, priority: 0, count: 1 })
  }
  return jobs
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('over a long run', () => {
  const untilMs = 4 * 3_600_000

  it.each([
    ['equal weights', { a: 1, b: 1, c: 1 }],
    ['weights 4:2:1', { a: 4, b: 2, c: 1 }],
    ['weights 1:10', { a: 1, b: 10 }],
  ])('each tenant with enough demand gets its share within 2 %%: %s', (_name, weights) => {
    const random = randomFrom(7)
    const tenants = [root, ...Object.entries(weights).map(([id, weight]) => planTenant(id, { weight }))]
    const slices = slicesOf(7)
    const jobs = Object.keys(weights).flatMap(id => endless(id, '1g.10gb', untilMs, 7, random))
    const { used } = simulate({ tenants, queues: planQueues, slices, jobs, settings: { halfLifeMs: 3_600_000, preemption: false }, leavesAfterMs: 500, keepLooks: false }, untilMs)
    const total = [...used.values()].reduce((sum, each) => sum + each)
    const sum = Object.values(weights).reduce((all, each) => all + each)
    for (const [id, weight] of Object.entries(weights))
      expect(Math.abs((used.get(id) ?? 0) / total - weight / sum)).toBeLessThan(0.02)
  })

  it('a tree is shared level by level, and what a tenant does not want goes to the others by their weights', () => {
    const random = randomFrom(11)
    const tenants = [root, planTenant('team', { weight: 2 }), planTenant('solo', { weight: 1 }), planTenant('ann', { weight: 3 }, { parent: 'team' }), planTenant('ben', { weight: 1 }, { parent: 'team' }), planTenant('idle', { weight: 9 })]
    const jobs = ['ann', 'ben', 'solo'].flatMap(id => endless(id, '1g.10gb', untilMs, 7, random))
    const { used } = simulate({ tenants, queues: planQueues, slices: slicesOf(7), jobs, settings: { halfLifeMs: 3_600_000 }, leavesAfterMs: 500, keepLooks: false }, untilMs)
    const total = [...used.values()].reduce((sum, each) => sum + each)
    const share = (id: string) => (used.get(id) ?? 0) / total
    expect(Math.abs(share('ann') - 1 / 2)).toBeLessThan(0.02)
    expect(Math.abs(share('ben') - 1 / 6)).toBeLessThan(0.02)
    expect(Math.abs(share('solo') - 1 / 3)).toBeLessThan(0.02)
  })
})

const tenantIds = ['a', 'b', 'c'] as const

const world: fc.Arbitrary<SimWorld> = fc.record({
  guaranteed: fc.array(fc.constantFrom(0, 1 / 7, 2 / 7), { minLength: 3, maxLength: 3 }),
  weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
  small: fc.integer({ min: 1, max: 4 }),
  large: fc.integer({ min: 0, max: 2 }),
  leavesAfterMs: fc.integer({ min: 1, max: 3000 }),
  jobs: fc.array(fc.record({
    arrivesAtMs: fc.integer({ min: 0, max: 100_000 }),
    worksMs: fc.integer({ min: 1000, max: 40_000 }),
    slack: fc.option(fc.integer({ min: 0, max: 20_000 })),
    tenant: fc.constantFrom(...tenantIds),
    queue: fc.constantFrom('guaranteed', 'normal', 'normal', 'scavenger'),
    isLarge: fc.boolean(),
    priority: fc.integer({ min: -2, max: 2 }),
    count: fc.constantFrom(1, 1, 1, 2, 3),
  }), { minLength: 1, maxLength: 40 }),
}).map(({ guaranteed, weights, small, large, leavesAfterMs, jobs }) => ({
  tenants: [root, ...tenantIds.map((id, place): PlanTenant => planTenant(id, { weight: weights[place], guaranteed: guaranteed[place] > 0 ? { compute: guaranteed[place] } : {} }))],
  queues: planQueues,
  slices: [...slicesOf(small), ...slicesOf(large, '3g.40gb', 3 / 7)],
  leavesAfterMs,
  jobs: jobs.map(({ slack, isLarge, count, ...job }, place) => ({
    ...job,
    id: `job_${String(place).padStart(3, '0')}`,
    boundMs: slack === null ? null : job.worksMs + slack,
    profile: isLarge && large > 0 ? '3g.40gb' : '1g.10gb',
    count: Math.min(count, isLarge && large > 0 ? large : small),
  })),
}))

describe('in any run', () => {
  it('every job ends once, gangs never half start, and no eviction breaks the rules', () => {
    fc.assert(fc.property(world, (given) => {
      const { looks, endedAtMs } = simulate(given, 100_000_000)
      expect(endedAtMs.size).toBe(given.jobs.length)
      for (const { snapshot, plan: { decisions }, atMs } of looks) {
        for (const [place, decision] of decisions.entries()) {
          if (decision.type === 'start') {
            const gang = given.jobs.find(({ id }) => id === decision.places[0].job.split('#')[0])
            expect(decision.places).toHaveLength(gang?.count ?? 0)
          }
          if (decision.type === 'preempt')
            expect(mayEvict(given, snapshot, decisions.slice(0, place), decision, atMs)).toBe(true)
        }
      }
    }), { numRuns: 300 })
  })

  it('the first reservation is never put off by what starts after it', () => {
    fc.assert(fc.property(world, (given) => {
      const { looks } = simulate({ ...given, settings: { preemption: false, moving: false }, queues: planQueues.map(queue => ({ ...queue, priorityClass: 'normal' as const })), tenants: [root, planTenant('a')], jobs: given.jobs.map(job => ({ ...job, tenant: 'a', priority: 0 })) }, 100_000_000)
      const promised = new Map<string, number>()
      for (const { plan: { reservations, decisions }, atMs } of looks) {
        const [first] = reservations
        for (const decision of decisions) {
          const promise = decision.type === 'start' ? promised.get(decision.places[0].job) : undefined
          if (promise !== undefined)
            expect(atMs).toBeLessThanOrEqual(promise)
        }
        if (first?.fromMs != null)
          promised.set(first.job, Math.min(promised.get(first.job) ?? Number.POSITIVE_INFINITY, first.fromMs))
      }
    }), { numRuns: 300 })
  })

  it('nobody is evicted in turn by whom it was evicted for, unless its tenant has taken more since', () => {
    fc.assert(fc.property(world, (given) => {
      const { looks } = simulate(given, 100_000_000)
      const decisions = looks.flatMap(({ plan }) => plan.decisions)
      const jobOf = (member: string) => member.split('#')[0]
      const tenantOf = (member: string) => given.jobs.find(({ id }) => id === jobOf(member))?.tenant
      const evictions = decisions.flatMap((decision, at) => decision.type === 'preempt' && decision.rule === 'guarantee-reclaimed' && decision.for !== null ? [{ ...decision, for: decision.for, at }] : [])
      for (const { job, for: by, at } of evictions) {
        const back = evictions.find(other => other.at > at && other.job === by && other.for === job)
        const since = decisions.slice(at, back?.at ?? at).flatMap(decision => decision.type === 'start' ? decision.places : [])
        const tookMore = since.some(place => jobOf(place.job) !== jobOf(by) && tenantOf(place.job) === tenantOf(by))
        expect(back === undefined || tookMore, `${by} was evicted for ${job}, which had left for it`).toBe(true)
      }
      // No job makes way more often than there are others that could ask for it.
      for (const { id } of given.jobs)
        expect(evictions.filter(({ job }) => jobOf(job) === id).length).toBeLessThanOrEqual(given.jobs.length * 3)
    }), { numRuns: 300 })
  })

  it('the same look gives the same plan, in whatever order its parts are listed', () => {
    fc.assert(fc.property(world, (given) => {
      const { looks } = simulate(given, 100_000_000)
      for (const { snapshot, plan: made, atMs } of looks) {
        const turned = { ...snapshot, tenants: [...snapshot.tenants].reverse(), lines: [...snapshot.lines].reverse(), running: [...snapshot.running].reverse(), slices: [...snapshot.slices].reverse(), queues: [...snapshot.queues].reverse() }
        expect(plan(turned, atMs).decisions).toEqual(made.decisions)
      }
    }), { numRuns: 100 })
  })
})

const classes = ['guaranteed', 'normal', 'scavenger']

/** The rules of eviction, said once more and without the planner's own words. What the same plan decided before counts. */
function mayEvict(given: SimWorld, snapshot: Snapshot, before: readonly Decision[], { job, for: by, rule }: { readonly job: string, readonly for: string | null, readonly rule: string }, atMs: number): boolean {
  const victim = snapshot.running.find(running => running.job === job)
  const asking = given.jobs.find(({ id }) => id === by?.split('#')[0])
  if (!victim || !asking || asking.queue === 'scavenger' || victim.leaving)
    return false
  if (victim.queue === 'scavenger')
    return rule === 'scavenger-gives-way'
  const guaranteeOf = (id: string) => given.tenants.find(tenant => tenant.id === id)?.terms.guaranteed.compute ?? 0
  const shareOf = (slice: string) => snapshot.slices.find(({ id }) => id === slice)?.computeShare ?? 0
  const startedFor = (id: string) => before.flatMap(decision => decision.type === 'start' && given.jobs.find(each => each.id === decision.places[0].job.split('#')[0])?.tenant === id ? decision.places.map(({ slice }) => shareOf(slice)) : [])
  const goneBefore = new Set(before.flatMap(decision => decision.type === 'preempt' ? [decision.job] : []))
  const heldBy = (id: string) => snapshot.running.filter(each => each.tenant === id && !goneBefore.has(each.job)).reduce((sum, { amount }) => sum + amount.compute, 0) + startedFor(id).reduce((sum, share) => sum + share, 0)
  const wants = asking.count * (asking.profile === '3g.40gb' ? 3 / 7 : 1 / 7)
  return rule === 'guarantee-reclaimed'
    && victim.tenant !== asking.tenant
    && heldBy(asking.tenant) + wants <= guaranteeOf(asking.tenant) + 1e-9
    && heldBy(victim.tenant) - victim.amount.compute >= guaranteeOf(victim.tenant) - 1e-9
    && classes.indexOf(victim.queue) >= classes.indexOf(asking.queue)
    && atMs >= victim.sinceMs
}
