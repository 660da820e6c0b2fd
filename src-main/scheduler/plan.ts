/** One queue, first come first served. Pure: no clock, no randomness, no I/O. */

export interface PlanJob {
  readonly id: string
  readonly profile: string | null
  readonly device: string | null
  readonly modelReady: boolean
}

export interface PlanSlice {
  readonly id: string
  readonly device: string
  readonly deviceName: string
  readonly profile: string
  readonly start: number
  /** Threads a worker on it would get. */
  readonly threads: number
  readonly computeShare: number
  readonly isGpu: boolean
  /** The job that holds it, or null. */
  readonly holder: string | null
  /** Why no job can run on it, or null. */
  readonly unusable: string | null
}

export interface Snapshot {
  /** Queued jobs, the first to come first. */
  readonly queue: readonly PlanJob[]
  readonly slices: readonly PlanSlice[]
}

export type Decision
  = | { readonly type: 'start', readonly job: string, readonly slice: string }
    | { readonly type: 'wait', readonly job: string, readonly why: string }

/**
 * Goes through the queue once, in order. A job takes the best free slice that fits its request. One that cannot start
 * keeps its place: the slices it waits for are not given to those behind it, so nobody is overtaken on a slice, while
 * jobs that want other slices go on.
 */
export function plan({ queue, slices }: Snapshot): Decision[] {
  const taken = new Map(slices.flatMap(slice => slice.holder === null ? [] : [[slice.id, slice.holder]]))
  const promised = new Map<string, string>()
  return queue.map((job) => {
    if (!job.modelReady)
      return { type: 'wait', job: job.id, why: 'its model is being fetched' }
    const fitting = slices.filter(slice => fits(job, slice) && slice.unusable === null)
    const free = fitting.filter(slice => !taken.has(slice.id) && !promised.has(slice.id)).sort(better)
    if (free.length > 0) {
      taken.set(free[0].id, job.id)
      return { type: 'start', job: job.id, slice: free[0].id }
    }
    for (const slice of fitting) {
      if (!promised.has(slice.id))
        promised.set(slice.id, job.id)
    }
    return { type: 'wait', job: job.id, why: whyNot(job, slices, fitting, taken, promised) }
  })
}

export function fits(job: Pick<PlanJob, 'profile' | 'device'>, slice: Pick<PlanSlice, 'profile' | 'device'>): boolean {
  return (job.profile === null || job.profile === slice.profile) && (job.device === null || job.device === slice.device)
}

/** The slice that computes most first; of equal ones a GPU's, then the lowest place, so that the answer never varies. */
function better(a: PlanSlice, b: PlanSlice): number {
  return b.threads - a.threads || b.computeShare - a.computeShare || Number(b.isGpu) - Number(a.isGpu) || compare(a.device, b.device) || a.start - b.start
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function whyNot(job: PlanJob, slices: readonly PlanSlice[], fitting: readonly PlanSlice[], taken: ReadonlyMap<string, string>, promised: ReadonlyMap<string, string>): string {
  const wanted = job.profile ?? 'any slice'
  if (fitting.length === 0) {
    const unusable = slices.find(slice => fits(job, slice))
    return unusable ? `${wanted} on ${unusable.deviceName}: ${unusable.unusable}` : `no slice fits: ${wanted}${job.device ? ` on ${job.device}` : ''} does not exist any more`
  }
  const holders = fitting.map(slice => taken.get(slice.id) ?? promised.get(slice.id)).filter(holder => holder !== undefined && holder !== job.id)
  return `${wanted} is held by ${[...new Set(holders)].join(', ')}`
}
