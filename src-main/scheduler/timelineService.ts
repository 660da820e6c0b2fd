import type { LabCapacity } from '../broker/capacity'
import type { CallParsed } from '../contract/calls'
import type { Timeline, TimelineItem } from '../contract/model'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Book } from './book'
import type { Plan, PlanWindow } from './plan/snapshot'
import type { Registry } from './registry'
import { basename } from 'node:path'

export interface TimelineDeps {
  readonly store: Store
  readonly book: Book
  readonly registry: Registry
  readonly capacity: () => LabCapacity
  readonly windows: (atMs: number) => readonly PlanWindow[]
  readonly lastLook: () => { readonly plan: Plan } | null
  readonly nowMs: () => number
}

/** Slices over time: what ran there, what runs, what is kept for whom, and the windows. */
export function createTimelineService({ store, book, registry, capacity, windows, lastLook, nowMs }: TimelineDeps) {
  function ofJob(job: JobRow | undefined, holder: string): Pick<TimelineItem, 'holder' | 'label' | 'tenant' | 'priorityClass'> {
    return {
      holder,
      label: job ? job.name ?? basename(job.firstInput ?? job.model) : holder,
      tenant: job ? registry.pathOf(job.tenantId) : null,
      priorityClass: job ? registry.queue(job.queueId)?.terms.priorityClass ?? null : null,
    }
  }

  return {
    timeline({ fromMs, toMs, limit }: CallParsed<'schedule.timeline'>): Timeline {
      const now = nowMs()
      const { slices } = capacity()
      const past = store.turns.between(fromMs, toMs, limit + 1)
      const known = new Map<string, JobRow | undefined>()
      const jobOf = (id: string): JobRow | undefined => {
        if (!known.has(id))
          known.set(id, book.get(id) ?? store.jobs.get(id))
        return known.get(id)
      }
      const items: TimelineItem[] = past.slice(0, limit).map(turn => ({ slice: turn.sliceId, kind: 'past', ...ofJob(jobOf(turn.holder), turn.holder), fromMs: turn.fromMs, toMs: turn.toMs, ended: turn.ended }))
      for (const lease of store.leases.live()) {
        const job = jobOf(lease.holder)
        const until = job?.maxRunMs === null || !job ? lease.expiresAtMs : job.turnSinceMs + Math.max(0, job.maxRunMs - job.runMs)
        for (const slice of lease.sliceIds)
          items.push({ slice, kind: lease.holderKind === 'job' ? 'running' : 'outside', ...ofJob(job, lease.holder), fromMs: lease.grantedAtMs, toMs: until, ended: null })
      }
      for (const { job: id, slices: kept, fromMs: start } of lastLook()?.plan.reservations ?? []) {
        const job = jobOf(id)
        for (const slice of start === null ? [] : kept)
          items.push({ slice, kind: 'planned', ...ofJob(job, id), fromMs: start ?? now, toMs: job?.maxRunMs === null || !job ? null : (start ?? now) + Math.max(0, job.maxRunMs - job.runMs), ended: null })
      }
      for (const window of windows(now)) {
        for (const { id, device } of slices) {
          if (window.devices.includes(device))
            items.push({ slice: id, kind: 'window', holder: window.id, label: window.name, tenant: window.tenants.map(registry.pathOf).join(', ') || null, priorityClass: null, fromMs: window.fromMs, toMs: window.toMs, ended: null })
        }
      }
      const shown = items.filter(item => item.fromMs <= toMs && (item.toMs === null || item.toMs >= fromMs))
      return { nowMs: now, rows: rowsOf(slices, past, shown, store), items: shown.slice(0, limit), truncated: past.length > limit || shown.length > limit }
    },
  }
}

/** The slices that there are, and those that are gone but have something to show. */
function rowsOf(slices: LabCapacity['slices'], past: readonly { readonly sliceId: string, readonly deviceId: string, readonly profile: string, readonly start: number }[], shown: readonly TimelineItem[], store: Store): Timeline['rows'] {
  const rows = new Map(slices.map(({ id, device, deviceName, profile, start }) => [id, { slice: id, device, deviceName, profile, start }]))
  const used = new Set(shown.map(({ slice }) => slice))
  for (const { sliceId, deviceId, profile, start } of past) {
    if (used.has(sliceId) && !rows.has(sliceId))
      rows.set(sliceId, { slice: sliceId, device: deviceId, deviceName: store.devices.get(deviceId)?.name ?? 'a device that is gone', profile, start })
  }
  return [...rows.values()].sort((a, b) => a.deviceName.localeCompare(b.deviceName) || (a.device < b.device ? -1 : a.device > b.device ? 1 : a.start - b.start))
}
