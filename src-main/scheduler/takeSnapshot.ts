import type { LabCapacity } from '../broker/capacity'
import type { Holding } from '../broker/holdings'
import type { DeviceRow } from '../store/devices'
import type { JobRow } from '../store/jobs'
import type { Book } from './book'
import type { PlanRunning, PlanWindow, Snapshot } from './plan/snapshot'
import type { Registry } from './registry'
import type { UseBook } from './useBook'

export interface SnapshotDeps {
  readonly book: Book
  readonly registry: Registry
  readonly uses: UseBook
  readonly capacity: () => LabCapacity
  readonly devices: () => readonly DeviceRow[]
  /** Openings of the windows, now and to come. */
  readonly windows: (nowMs: number) => readonly PlanWindow[]
  readonly holdingOf: (jobId: string) => Holding | undefined
  /** Whether a running job was asked to leave its slice. */
  readonly isLeaving: (jobId: string) => boolean
}

/** What the planner sees now. */
export function takeSnapshot({ book, registry, uses, capacity, devices, windows, holdingOf, isLeaving }: SnapshotDeps, nowMs: number): Snapshot {
  const { slices, pools } = capacity()
  return {
    settings: registry.settings(),
    tenants: registry.tenants().map(({ id, parentId, terms }) => ({ id, parent: parentId, path: registry.pathOf(id), terms, faded: uses.fadedOf(id), recent: uses.recentOf(id) })),
    queues: registry.queues().map(({ id, name, terms }) => ({ id, name, priorityClass: terms.priorityClass, minRunMs: terms.minRunMs })),
    lines: book.lines(),
    running: [...book.running()].map(job => runningJob(job, holdingOf(job.id), isLeaving(job.id))),
    deadlines: book.deadlines(),
    slices,
    pools,
    windows: windows(nowMs),
    availability: new Map(devices().flatMap(({ id, availability }) => availability === 'open' ? [] : [[id, availability] as const])),
  }
}

function runningJob(job: JobRow, holding: Holding | undefined, leaving: boolean): PlanRunning {
  const runsOutMs = job.maxRunMs === null ? null : job.turnSinceMs + Math.max(0, job.maxRunMs - job.runMs)
  const isDeadline = job.deadlineMs !== null && (runsOutMs === null || job.deadlineMs <= runsOutMs)
  return {
    job: job.id,
    tenant: job.tenantId,
    queue: job.queueId,
    slices: holding?.slices ?? [],
    amount: holding?.amount ?? { compute: 0, memoryMiB: 0 },
    request: { profile: job.profile, device: job.deviceId, need: job.need },
    leastMiB: job.leastMiB,
    sinceMs: job.turnSinceMs,
    endsByMs: isDeadline ? job.deadlineMs : runsOutMs,
    endsBy: isDeadline ? 'deadline' : 'run-time',
    gang: job.gang?.id ?? null,
    leaving,
    movable: true,
  }
}
