import type { CallOutput, CallParsed } from '../../src-main/contract/calls'
import type { Device, TimelineItem } from '../../src-main/contract/model'
import { leafSlices } from '../../src-renderer/floorPlan'
import { idTail } from './mockDevices'
import { tenantPaths } from './mockTenants'

const minute = 60_000
const classes = ['normal', 'guaranteed', 'scavenger', 'normal'] as const
const ends = ['done', 'done', 'done', 'failed', 'done', 'preempted', 'cancelled', 'moved'] as const
/** How far back and forward the made-up schedule goes. */
const pastMs = 36 * 60 * minute
const futureMs = 12 * 60 * minute

/** What lies on each slice, end to end: the same for the same slices, however often it is asked for. */
export function mockTimeline(devices: readonly Device[], { fromMs, toMs, limit }: CallParsed<'schedule.timeline'>, nowMs: number, itemsInAll: number): CallOutput<'schedule.timeline'> {
  const rows = devices.flatMap(({ id, name, slices }) => leafSlices(slices).map(slice => ({ slice: slice.id, device: id, deviceName: name, profile: slice.profile, start: slice.start })))
  const perRow = Math.max(6, Math.round(itemsInAll / Math.max(1, rows.length)))
  const meanMs = (pastMs + futureMs) / perRow
  const base = Math.floor(nowMs / minute) * minute
  const items = rows.flatMap(({ slice }, row) => {
    const out: TimelineItem[] = []
    let at = base - pastMs + (row * 7 * minute) % meanMs
    for (let index = 0; at < base + futureMs; index++) {
      const seed = (row * 31 + index * 17) % 97
      const lengthMs = meanMs * (0.3 + (seed % 13) / 10)
      const kind = at + lengthMs < nowMs ? 'past' : at <= nowMs ? 'running' : 'planned'
      const isOutside = seed % 29 === 0
      out.push({
        slice,
        kind: isOutside ? 'outside' : kind,
        holder: isOutside ? 'vm-render-02' : `job_${idTail(row * 1000 + index)}`,
        label: isOutside ? 'vm-render-02' : `sweep-${row}-${index}`,
        tenant: isOutside ? null : tenantPaths[seed % tenantPaths.length],
        priorityClass: isOutside ? null : classes[seed % classes.length],
        fromMs: at,
        toMs: kind === 'running' && seed % 5 === 0 ? null : at + lengthMs,
        ended: kind === 'past' ? ends[seed % ends.length] : null,
      })
      at += lengthMs + (seed % 7 === 0 ? meanMs * 0.4 : minute / 4)
    }
    if (row % 5 === 2)
      out.push({ slice, kind: 'window', holder: 'window_1', label: 'Course on Tuesday', tenant: 'students/ml-course', priorityClass: null, fromMs: base + 120 * minute, toMs: base + 300 * minute, ended: null })
    return out
  })
  const shown = items.filter(item => item.fromMs < toMs && (item.toMs ?? toMs) > fromMs).toSorted((a, b) => a.fromMs - b.fromMs)
  return { nowMs, rows, items: shown.slice(-limit), truncated: shown.length > limit }
}
