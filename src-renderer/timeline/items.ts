import type { Timeline, TimelineItem } from '@contract/model'
import type { TimeScale } from './scale'
import { lastAtMost } from '../jobList/rowLayout'
import { xOf } from './scale'

/** Items of a row in the order of their begin, with the latest end of all up to each, so that a stretch is found by halving. */
interface Lane {
  readonly items: readonly TimelineItem[]
  readonly reachMs: readonly number[]
}

export interface TimelineIndex {
  readonly rows: Timeline['rows']
  readonly lanes: readonly Lane[]
}

export function endOf({ toMs }: TimelineItem): number {
  return toMs ?? Infinity
}

export function indexTimeline({ rows, items }: Pick<Timeline, 'rows' | 'items'>): TimelineIndex {
  const byRow = new Map<string, TimelineItem[]>(rows.map(({ slice }) => [slice, []]))
  items.forEach(item => byRow.get(item.slice)?.push(item))
  const lanes = rows.map(({ slice }) => {
    const sorted = (byRow.get(slice) ?? []).toSorted((a, b) => a.fromMs - b.fromMs)
    let reach = -Infinity
    return { items: sorted, reachMs: sorted.map(item => (reach = Math.max(reach, endOf(item)))) }
  })
  return { rows, lanes }
}

/** Items of a row that lie at least in part between two times. */
export function itemsBetween({ items, reachMs }: Lane, fromMs: number, toMs: number): TimelineItem[] {
  if (items.length === 0 || items[0].fromMs > toMs)
    return []
  const last = lastAtMost(items, item => item.fromMs, toMs)
  const first = reachMs[0] >= fromMs ? 0 : lastAtMost(reachMs, reach => reach, fromMs - 1) + 1
  return items.slice(first, last + 1).filter(item => endOf(item) >= fromMs)
}

export interface Bar {
  readonly item: TimelineItem
  readonly row: number
  readonly x: number
  readonly width: number
}

/** A bar is at least this wide, so that a short job can be seen. */
const leastPx = 1

/** Bars of the rows from `firstRow` to `lastRow` (excluded) that are in sight. Those that would hide behind the one before, less than a pixel on, are left out. */
export function barsInSight(index: TimelineIndex, scale: TimeScale, firstRow: number, lastRow: number): Bar[] {
  const bars: Bar[] = []
  for (let row = Math.max(0, firstRow); row < Math.min(index.lanes.length, lastRow); row++) {
    let drawnTo = -Infinity
    for (const item of itemsBetween(index.lanes[row], scale.fromMs, scale.toMs)) {
      const x = Math.max(-2, xOf(scale, item.fromMs))
      const end = Math.min(scale.width + 2, item.toMs === null ? scale.width + 2 : xOf(scale, item.toMs))
      if (item.kind !== 'window' && end - drawnTo < leastPx / 2)
        continue
      bars.push({ item, row, x, width: Math.max(leastPx, end - x) })
      if (item.kind !== 'window')
        drawnTo = Math.max(drawnTo, end)
    }
  }
  return bars
}

/** What is at a time in a row: a holder before the window that it may lie in. */
export function itemAt(index: TimelineIndex, row: number, atMs: number, slackMs: number): TimelineItem | null {
  const lane = index.lanes[row]
  if (!lane)
    return null
  const near = itemsBetween(lane, atMs - slackMs, atMs + slackMs)
  const holders = near.filter(({ kind }) => kind !== 'window')
  const distance = (item: TimelineItem) => Math.max(0, item.fromMs - atMs, atMs - endOf(item))
  return (holders.length > 0 ? holders : near).toSorted((a, b) => distance(a) - distance(b))[0] ?? null
}

/** The item beside another one in its row, or nearest to its begin in the row above or below; null at an edge. */
export function neighbour(index: TimelineIndex, item: TimelineItem, direction: 'left' | 'right' | 'up' | 'down'): TimelineItem | null {
  const row = index.rows.findIndex(({ slice }) => slice === item.slice)
  if (direction === 'left' || direction === 'right') {
    const items = index.lanes[row]?.items ?? []
    return items[items.indexOf(item) + (direction === 'left' ? -1 : 1)] ?? null
  }
  const step = direction === 'up' ? -1 : 1
  for (let next = row + step; next >= 0 && next < index.lanes.length; next += step) {
    const { items } = index.lanes[next]
    if (items.length > 0)
      return items[lastAtMost(items, each => each.fromMs, item.fromMs)]
  }
  return null
}
