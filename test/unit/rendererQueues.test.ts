import type { Tenant, TimelineItem } from '../../src-main/contract/model'
import { describe, expect, it } from 'vitest'
import { plainWish, requestOf, wishOf } from '../../src-renderer/submitWish'
import { stackPaths } from '../../src-renderer/tenants/stack'
import { quotaOf, tenantRows } from '../../src-renderer/tenants/tree'
import { windowTimeWords } from '../../src-renderer/tenants/windowWords'
import { ofTheme } from '../../src-renderer/timeline/colours'
import { barsInSight, indexTimeline, itemAt, itemsBetween, neighbour } from '../../src-renderer/timeline/items'
import { panned, ticksOf, timeAt, xOf, zoomed } from '../../src-renderer/timeline/scale'
import { firstTenants } from '../helpers/mockTenants'

const scale = { fromMs: 1000, toMs: 2000, width: 500 }

function item(slice: string, fromMs: number, toMs: number | null, different: Partial<TimelineItem> = {}): TimelineItem {
  return { slice, kind: 'past', holder: `job_${slice}${fromMs}`, label: `${slice}${fromMs}`, tenant: null, priorityClass: null, fromMs, toMs, ended: 'done', ...different }
}

const row = (slice: string) => ({ slice, device: 'd', deviceName: 'D', profile: '1g.10gb', start: 0 })

describe('tenants', () => {
  const named = (closed: string[]) => tenantRows(firstTenants(), new Set(closed)).map(({ tenant, depth }) => `${' '.repeat(depth)}${tenant.name}`)
  it('are a tree that is read from top to bottom', () => expect(named([])).toEqual(['lab', ' biology', '  cho', ' me', ' physics', '  lattice', '   ann', '   ben', '  optics', ' students', '  ml-course']))
  it('hide those below a closed one', () => expect(named(['tenant_physics', 'tenant_biology'])).toEqual(['lab', ' biology', ' me', ' physics', ' students', '  ml-course']))
  it('stand at the top where their parent is not there', () => expect(tenantRows(firstTenants().filter(({ parent }) => parent !== null && parent !== 'tenant_root'), new Set()).filter(({ depth }) => depth === 0)).toHaveLength(4))

  const using = (compute: number, terms: Partial<Tenant['terms']>) => quotaOf({ use: { ...firstTenants()[0].use, now: { compute, memoryMiB: 4096 } }, terms: { ...firstTenants()[1].terms, ...terms } })
  it('show their use against guarantee and cap', () => {
    expect(using(1.5, { guaranteed: { compute: 1 }, cap: { compute: 3 } })).toEqual({ used: 0.5, guaranteed: 1 / 3, isBounded: true, words: '1.5 devices in use, 1 device guaranteed, 3 devices at most' })
    expect(using(3, { guaranteed: { compute: 1.5 } })).toMatchObject({ used: 1, guaranteed: 0.5 })
    expect(using(3, {})).toMatchObject({ isBounded: false, words: '3 devices in use' })
  })
  it('show whichever they are nearer to the end of', () => expect(using(0.1, { cap: { compute: 4, memoryMiB: 8192 } })).toMatchObject({ used: 0.5, words: '4 GiB in use, 8 GiB at most' }))
  it('stack their use without gaps', () => {
    expect(stackPaths([[1, 1], [1, 3]], 10, 8)).toEqual({ most: 4, paths: ['M0 6L10 6L10 8L0 8Z', 'M0 4L10 0L10 6L0 6Z'] })
    expect(stackPaths([[]], 10, 8).paths).toEqual([''])
  })
})

describe('windows', () => {
  it('say when they are open', () => expect(windowTimeWords({ kind: 'weekly', days: ['tue', 'thu'], from: '22:00', to: '06:00', zone: 'Europe/Paris' }, 0)).toBe('Tue, Thu 22:00 to 06:00 of the next day (Europe/Paris)'))
})

describe('the time scale', () => {
  it('maps times to pixels and back', () => expect([xOf(scale, 1500), timeAt(scale, 250)]).toEqual([250, 1500]))
  it('keeps what is under the pointer where it is', () => {
    const wide = zoomed({ fromMs: 0, toMs: 1_000_000, width: 500 }, 0.5, 100)
    expect(timeAt(wide, 100)).toBeCloseTo(200_000)
    expect(wide.toMs - wide.fromMs).toBeCloseTo(500_000)
  })
  it('stops zooming before there is nothing to see', () => expect(zoomed(scale, 0.0001, 0).toMs - zoomed(scale, 0.0001, 0).fromMs).toBe(10_000))
  it('pans by pixels', () => expect(panned(scale, 50)).toEqual({ fromMs: 1100, toMs: 2100, width: 500 }))
  it.each([60_000, 3_600_000, 26 * 3_600_000, 40 * 24 * 3_600_000])('marks %d ms at round times that can be read', (spanMs) => {
    const ticks = ticksOf({ fromMs: 1_764_000_123_000, toMs: 1_764_000_123_000 + spanMs, width: 1000 })
    const gaps = ticks.slice(1).map((tick, index) => tick.x - ticks[index].x)
    expect(ticks.length).toBeGreaterThan(1)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(84)
  })
})

describe('the timeline', () => {
  const long = item('a', 0, 5000)
  const items = [item('a', 1600, 1700), long, item('a', 1200, 1300), item('b', 1900, null, { kind: 'running', ended: null }), item('a', 3000, 4000)]
  const index = indexTimeline({ rows: [row('a'), row('empty'), row('b')], items })
  it('finds what lies in a stretch of time, also what began long before', () => expect(itemsBetween(index.lanes[0], 1250, 1650).map(({ fromMs }) => fromMs)).toEqual([0, 1200, 1600]))
  it('leaves out what ended before or begins after', () => {
    const { lanes: [lane] } = indexTimeline({ rows: [row('a')], items: [item('a', 0, 10), item('a', 20, 30), item('a', 40, 50)] })
    expect(itemsBetween(lane, 15, 35).map(({ fromMs }) => fromMs)).toEqual([20])
    expect(itemsBetween(lane, 51, 99)).toEqual([])
    expect(itemsBetween(lane, -9, -1)).toEqual([])
  })
  it('draws one without an end to the edge', () => expect(barsInSight(index, scale, 2, 3)).toMatchObject([{ row: 2, x: 450, width: 52 }]))
  it('draws the rows in sight only', () => expect(barsInSight(index, scale, 1, 2)).toEqual([]))
  it('leaves out bars that nobody could tell from those before them', () => {
    const rows = [row('a')]
    const many = Array.from({ length: 20_000 }, (_, at) => item('a', 1000 + at / 20, 1000 + at / 20 + 0.04))
    expect(barsInSight(indexTimeline({ rows, items: many }), scale, 0, 1).length).toBeLessThanOrEqual(2 * scale.width)
  })
  it('points at a holder before the window that it lies in', () => {
    const reserved = item('a', 0, 9000, { kind: 'window', holder: 'window_1' })
    const both = indexTimeline({ rows: [row('a')], items: [reserved, item('a', 1200, 1300)] })
    expect(itemAt(both, 0, 1250, 5)?.kind).toBe('past')
    expect(itemAt(both, 0, 4000, 5)?.kind).toBe('window')
    expect(itemAt(both, 7, 4000, 5)).toBeNull()
  })
  it('goes by keys to the next in its row, and over empty rows', () => {
    expect(neighbour(index, long, 'right')?.fromMs).toBe(1200)
    expect(neighbour(index, long, 'left')).toBeNull()
    expect(neighbour(index, long, 'down')?.slice).toBe('b')
    expect(neighbour(index, items[3], 'up')?.fromMs).toBe(1600)
  })
})

describe('what a form asks for', () => {
  it('is nothing where nothing was filled in', () => expect(requestOf(plainWish)).toEqual({}))
  it('comes back from an earlier submission', () => {
    const submission = { name: 'sweep', tenant: 'physics/ann', queue: 'urgent', priority: 5, count: 4, labels: { course: 'ml-2', run: '7' }, maxRunMs: 90_000, retries: { max: 3, delayMs: 1500 }, dependsOn: [{ job: 'job_1', on: 'end' as const }], hold: true, notBeforeMs: 1_800_000_000_000 }
    expect(requestOf(wishOf(submission, 1_700_000_000_000))).toEqual(submission)
  })
  it('leaves out times that are over', () => expect(wishOf({ notBeforeMs: 5, deadlineMs: 6 }, 10)).toEqual(plainWish))
})

describe('colours on a canvas', () => {
  it.each([
    ['light-dark(#c3cad3, #47505b)', 'dark', '#47505b'],
    [' light-dark(rgb(20 24 30 / 35%), rgb(0 0 0 / 55%))', 'light', 'rgb(20 24 30 / 35%)'],
    ['#ffffff', 'dark', '#ffffff'],
  ] as const)('are those of the theme: %s, %s', (value, theme, colour) => expect(ofTheme(value, theme)).toBe(colour))
})
