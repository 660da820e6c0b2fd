import type { TenantTerms } from '../../src-main/contract/model'
import type { Decision, Snapshot } from '../../src-main/scheduler/plan/snapshot'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { serves } from '../../src-main/broker/planRequest'
import { plan } from '../../src-main/scheduler/plan/plan'
import { planLine, planQueues, planRunning, planSlice, planSnapshot, planTenant } from '../helpers/planSnapshot'

const nowMs = 1_000_000
const profile = fc.constantFrom('1g.10gb', '2g.20gb', '3g.40gb')
const device = fc.constantFrom('one', 'two')
const tenantId = fc.constantFrom('a', 'b', 'b1', 'b2')

const bound = fc.option(fc.integer({ min: 0, max: 4 }).map(sevenths => ({ compute: sevenths / 7 })), { nil: {} })
const terms: fc.Arbitrary<Partial<TenantTerms>> = fc.record({ weight: fc.integer({ min: 1, max: 5 }), guaranteed: bound, borrowing: bound, lending: bound, cap: fc.oneof(bound, fc.record({ running: fc.integer({ min: 0, max: 4 }) })) })

const slice = fc.record({ profile, device, isBroken: fc.boolean(), isHeld: fc.boolean(), byJob: fc.boolean(), tenant: tenantId, isScavenger: fc.boolean(), endsByMs: fc.option(fc.integer({ min: nowMs + 1, max: nowMs + 1000 })) })
const line = fc.record({ tenant: tenantId, queue: fc.constantFrom('guaranteed', 'normal', 'scavenger'), profile: fc.option(profile), device: fc.option(device), leftMs: fc.option(fc.integer({ min: 1, max: 1500 })), units: fc.integer({ min: 1, max: 3 }), count: fc.constantFrom(1, 1, 2), key: fc.nat(100) })

const snapshots = fc.record({
  tenants: fc.tuple(terms, terms, terms, terms),
  slices: fc.array(slice, { maxLength: 10 }),
  lines: fc.array(line, { maxLength: 8 }),
  cordoned: fc.option(device, { freq: 3 }),
  window: fc.option(fc.record({ device, tenant: tenantId, fromMs: fc.integer({ min: nowMs - 100, max: nowMs + 800 }) })),
}).map(({ tenants: [a, b, b1, b2], slices, lines, cordoned, window }): Snapshot => {
  const made = slices.map(({ profile, device, isBroken, isHeld, byJob }, start) => planSlice(`slice_${start}`, { profile, device, start, computeShare: Number(profile[0]) / 7, memoryMiB: Number(profile[0]) * 10_000, unusable: isBroken ? 'it is broken' : null, holder: !isBroken && isHeld && !byJob ? 'vm' : null }))
  const running = slices.flatMap(({ isBroken, isHeld, byJob, tenant, isScavenger, endsByMs }, start) => !isBroken && isHeld && byJob ? [planRunning(`run_${start}`, [made[start]], { tenant, queue: isScavenger ? 'scavenger' : 'normal', endsByMs, sinceMs: start * 100 })] : [])
  return planSnapshot({
    tenants: [planTenant('root', {}, { parent: null }), planTenant('a', a), planTenant('b', b), planTenant('b1', b1, { parent: 'b' }), planTenant('b2', b2, { parent: 'b' })],
    queues: planQueues,
    slices: made,
    running,
    lines: lines.map(({ units, key, count, ...each }, place) => planLine(Array.from({ length: units }, (_, unit) => count === 1 ? `job_${place}_${unit}` : Array.from({ length: count }, (_, member) => `job_${place}_${unit}_${member}`)), { ...each, units: Array.from({ length: units }, (_, unit) => ({ key: key + unit })) })),
    availability: new Map(cordoned === null ? [] : [[cordoned, 'cordoned']]),
    windows: window === null ? [] : [{ id: 'w', name: 'w', devices: [window.device], tenants: [window.tenant], fromMs: window.fromMs, toMs: nowMs + 2000 }],
  })
})

const placesOf = (decisions: readonly Decision[]) => decisions.flatMap(decision => decision.type === 'start' ? decision.places : [])
const lineOf = (snapshot: Snapshot, job: string) => snapshot.lines.find(({ units }) => units.some(({ jobs }) => jobs.includes(job)))

/** A tenant and all above it. */
function lineageOf(snapshot: Snapshot, id: string): string[] {
  const parent = snapshot.tenants.find(tenant => tenant.id === id)?.parent
  return parent ? [id, ...lineageOf(snapshot, parent)] : [id]
}

it('gives a slice once, free, fit for its job, and on a device that takes it', () => {
  fc.assert(fc.property(snapshots, (snapshot) => {
    const { decisions } = plan(snapshot, nowMs)
    const places = placesOf(decisions)
    const targets = decisions.flatMap(decision => decision.type === 'move' ? [decision.slice] : [])
    const given = [...places.map(({ slice }) => slice), ...targets]
    expect(new Set(given).size).toBe(given.length)
    for (const { job, slice } of places) {
      const found = snapshot.slices.find(({ id }) => id === slice)
      const line = lineOf(snapshot, job)
      expect(found).toMatchObject({ holder: null, unusable: null })
      expect(found && line && serves(found, line)).toBe(true)
      expect(snapshot.availability.has(found?.device ?? '')).toBe(false)
      for (const window of snapshot.windows) {
        if (window.devices.includes(found?.device ?? '') && window.fromMs <= nowMs)
          expect(lineageOf(snapshot, line?.tenant ?? '').some(id => window.tenants.includes(id))).toBe(true)
      }
    }
  }), { numRuns: 2000 })
})

it('keeps caps and bounds of borrowing at every level', () => {
  fc.assert(fc.property(snapshots, (snapshot) => {
    const places = placesOf(plan(snapshot, nowMs).decisions)
    for (const { id, terms: { cap, guaranteed, borrowing } } of snapshot.tenants) {
      const isIn = (tenant: string | undefined) => tenant !== undefined && lineageOf(snapshot, tenant).includes(id)
      const before = snapshot.running.filter(({ tenant }) => isIn(tenant))
      const started = places.filter(({ job }) => isIn(lineOf(snapshot, job)?.tenant))
      if (started.length === 0)
        continue
      const compute = before.reduce((sum, { amount }) => sum + amount.compute, 0) + started.reduce((sum, { slice }) => sum + (snapshot.slices.find(each => each.id === slice)?.computeShare ?? 0), 0)
      expect(compute).toBeLessThanOrEqual((cap.compute ?? Infinity) + 1e-6)
      expect(compute).toBeLessThanOrEqual((guaranteed.compute ?? 0) + (borrowing.compute ?? Infinity) + 1e-6)
      expect(before.length + started.length).toBeLessThanOrEqual(cap.running ?? Infinity)
    }
  }), { numRuns: 2000 })
})

it('lets nothing begin on a kept slice that is not surely done in time', () => {
  fc.assert(fc.property(snapshots, (snapshot) => {
    const { decisions, reservations } = plan(snapshot, nowMs)
    for (const { job, slice } of placesOf(decisions)) {
      const wasKept = decisions.some(decision => decision.type === 'start' && decision.rule === 'backfill' && decision.places.some(place => place.job === job))
      // Those further down the list may have been made after it was given away: they are of jobs behind this one.
      const first = reservations.find(({ slices }) => slices.includes(slice))
      if (wasKept && first)
        expect(nowMs + (lineOf(snapshot, job)?.leftMs ?? Infinity)).toBeLessThanOrEqual(first.fromMs ?? -Infinity)
    }
  }), { numRuns: 2000 })
})

it('starts what a plain look through one line after the other starts, where there is one tenant and nothing else to weigh', () => {
  const plain = fc.record({ slices: fc.array(profile, { maxLength: 8 }), jobs: fc.array(fc.record({ profile, key: fc.nat(20) }), { maxLength: 12 }) })
  fc.assert(fc.property(plain, ({ slices, jobs }) => {
    const made = slices.map((name, start) => planSlice(`slice_${start}`, { profile: name, start }))
    const ids = jobs.map(({ profile, key }, place) => ({ id: `job_${String(place).padStart(2, '0')}`, profile, key }))
    const inOrder = [...ids].sort((a, b) => a.key - b.key || (a.id < b.id ? -1 : 1))
    const byProfile = [...new Set(ids.map(each => each.profile))]
    const lines = byProfile.map((name) => {
      const own = inOrder.filter(each => each.profile === name)
      return planLine(own.map(({ id }) => id), { profile: name, tenant: 'ann', units: own.map(({ key }) => ({ key })) })
    })
    const free = [...made]
    const expected = new Map<string, string>()
    for (const job of inOrder) {
      const at = free.findIndex(each => each.profile === job.profile)
      if (at !== -1)
        expected.set(job.id, free.splice(at, 1)[0].id)
    }
    const answer = plan(planSnapshot({ slices: made, lines }), nowMs)
    expect(new Map(placesOf(answer.decisions).map(({ job, slice }) => [job, slice]))).toEqual(expected)
  }), { numRuns: 2000 })
})
