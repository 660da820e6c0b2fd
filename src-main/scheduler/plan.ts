import type { PlanPool, PlanSlice, SliceRequest } from '../broker/planRequest'
import { compareIds, leastMemory, partOf, serves, wordsOf } from '../broker/planRequest'

/** One queue, first come first served. Pure: no clock, no randomness, no I/O. */

export interface PlanJob extends SliceRequest {
  readonly id: string
  readonly modelReady: boolean
  /** Memory that its model needs, as estimated; null where that is not known. */
  readonly leastMiB: number | null
}

export interface Snapshot {
  /** Queued jobs, the first to come first. */
  readonly queue: readonly PlanJob[]
  readonly slices: readonly PlanSlice[]
  readonly pools: readonly PlanPool[]
}

export type Decision
  = | { readonly type: 'start', readonly job: string, readonly slice: string }
    /** Make a part of a shared device, and start the job on it. */
    | { readonly type: 'part', readonly job: string, readonly device: string, readonly profile: string }
    | { readonly type: 'wait', readonly job: string, readonly why: string }

/**
 * Goes through the queue once, in order. A job takes the best free slice that fits its request, or a part of a shared
 * device. One that cannot start keeps its place: the slices and devices it waits for are not given to those behind it, so
 * nobody is overtaken on a slice, while jobs that want other slices go on.
 */
export function plan({ queue, slices, pools }: Snapshot): Decision[] {
  const taken = new Map(slices.flatMap(slice => slice.holder === null ? [] : [[slice.id, slice.holder]]))
  const promised = new Map<string, string>()
  const freeMiB = new Map(pools.map(pool => [pool.device, pool.freeMiB]))

  return queue.map((job): Decision => {
    if (!job.modelReady)
      return { type: 'wait', job: job.id, why: 'its model is being fetched' }
    const fitting = slices.filter(slice => serves(slice, job) && slice.unusable === null && slice.memoryMiB >= (job.leastMiB ?? 0))
    const free = fitting.filter(slice => !taken.has(slice.id) && !promised.has(slice.id)).sort(job.need === null ? mostCompute : leastMemory)
    if (free.length > 0) {
      taken.set(free[0].id, job.id)
      return { type: 'start', job: job.id, slice: free[0].id }
    }
    const eligible = pools.filter(pool => pool.unusable === null && (partOf(job, pool) ?? 0) >= Math.max(1, job.leastMiB ?? 0))
    const left = (pool: PlanPool) => (freeMiB.get(pool.device) ?? 0) - (partOf(job, pool) ?? 0)
    const [pool] = eligible.filter(pool => !promised.has(pool.device) && left(pool) >= 0).sort((a, b) => left(a) - left(b) || compareIds(a.device, b.device))
    if (pool) {
      freeMiB.set(pool.device, left(pool))
      return { type: 'part', job: job.id, device: pool.device, profile: `${partOf(job, pool)}MiB` }
    }
    for (const place of [...fitting.map(({ id }) => id), ...eligible.map(({ device }) => device)]) {
      if (!promised.has(place))
        promised.set(place, job.id)
    }
    return { type: 'wait', job: job.id, why: whyNot(job, { slices, pools }, fitting, eligible, place => taken.get(place) ?? promised.get(place)) }
  })
}

/** The slice that computes most first; of equal ones a GPU's, then the lowest place, so that the answer never varies. */
function mostCompute(a: PlanSlice, b: PlanSlice): number {
  return b.threads - a.threads || b.computeShare - a.computeShare || Number(b.isGpu) - Number(a.isGpu) || compareIds(a.device, b.device) || a.start - b.start
}

function whyNot(job: PlanJob, { slices, pools }: Pick<Snapshot, 'slices' | 'pools'>, fitting: readonly PlanSlice[], eligible: readonly PlanPool[], holderOf: (place: string) => string | undefined): string {
  const wanted = wordsOf(job)
  if (fitting.length === 0 && eligible.length === 0) {
    const unusable = slices.find(slice => serves(slice, job)) ?? pools.find(pool => partOf(job, pool) !== null)
    if (unusable && unusable.unusable === null)
      return `${wanted} has too little memory: the model needs about ${Math.ceil(job.leastMiB ?? 0)} MiB. Cut a larger slice, or submit it with a smaller batch`
    return unusable ? `${wanted} on ${unusable.deviceName}: ${unusable.unusable}` : `no slice fits: ${wanted}${job.device ? ` on ${job.device}` : ''} does not exist any more`
  }
  const holders = [...fitting.map(({ id }) => holderOf(id)), ...eligible.flatMap(({ device, holders }) => [...holders, holderOf(device)])]
    .filter((holder): holder is string => holder !== undefined && holder !== job.id)
  return `${wanted} is held by ${[...new Set(holders)].join(', ')}`
}
