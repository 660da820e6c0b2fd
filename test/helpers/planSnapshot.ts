import type { PlanPool, PlanSlice } from '../../src-main/broker/planRequest'
import type { TenantTerms } from '../../src-main/contract/model'
import type { Line, LineTerms, LineUnit, PlanQueue, PlanRunning, PlanTenant, Snapshot } from '../../src-main/scheduler/plan/snapshot'
import { usualTenantTerms } from '../../src-main/scheduler/terms'
import { usualSettings } from '../../src-main/store/settings'

export function planSlice(id: string, different: Partial<PlanSlice> = {}): PlanSlice {
  return { id, device: 'gpu', deviceName: 'Virtual A100-80GB', model: 'A100-80GB', label: null, profile: '1g.10gb', start: 0, memoryMiB: 9856, sm: 14, engines: null, threads: 1, computeShare: 1 / 7, isGpu: true, holder: null, unusable: null, ...different }
}

/** So many slices of a device, one beside the other. */
export function planSlices(count: number, different: Partial<PlanSlice> = {}): PlanSlice[] {
  return Array.from({ length: count }, (_, start) => planSlice(`slice_${start}`, { start, ...different }))
}

export function planPool(device: string, different: Partial<PlanPool> = {}): PlanPool {
  return { device, deviceName: `Shared ${device}`, model: 'A100-80GB', label: null, isGpu: true, memoryMiB: 81920, freeMiB: 81920, holders: [], unusable: null, ...different }
}

interface LineWish extends Partial<LineTerms> {
  readonly units?: readonly Partial<LineUnit>[]
}

/** A line of jobs with these ids, in their order; a gang is a list of ids within. */
export function planLine(jobs: readonly (string | readonly string[])[], { units, ...different }: LineWish = {}): Line {
  const terms: LineTerms = { tenant: 'ann', queue: 'normal', profile: null, device: null, need: null, leastMiB: null, leftMs: null, count: Array.isArray(jobs[0]) ? jobs[0].length : 1, ...different }
  return { ...terms, id: JSON.stringify([terms, jobs[0]]), units: jobs.map((job, place) => ({ jobs: typeof job === 'string' ? [job] : job, key: place, waitsSinceMs: 0, deadlineMs: null, ...units?.[place] })) }
}

export function planTenant(id: string, terms: Partial<TenantTerms> = {}, different: Partial<PlanTenant> = {}): PlanTenant {
  return { id, parent: 'root', path: id, terms: { ...usualTenantTerms, ...terms }, faded: 0, recent: 0, ...different }
}

/** A job that runs on slices of a list, which are held by it. */
export function planRunning(job: string, on: readonly PlanSlice[], different: Partial<PlanRunning> = {}): PlanRunning {
  return {
    job,
    tenant: 'ann',
    queue: 'normal',
    slices: on.map(({ id }) => id),
    amount: on.reduce((sum, { computeShare, memoryMiB }) => ({ compute: sum.compute + computeShare, memoryMiB: sum.memoryMiB + memoryMiB }), { compute: 0, memoryMiB: 0 }),
    request: { profile: on[0]?.profile ?? null, device: null, need: null },
    leastMiB: null,
    sinceMs: 0,
    endsByMs: null,
    endsBy: 'run-time',
    gang: null,
    leaving: false,
    movable: true,
    ...different,
  }
}

export const planQueues: readonly PlanQueue[] = [
  { id: 'guaranteed', name: 'guaranteed', priorityClass: 'guaranteed', minRunMs: 0 },
  { id: 'normal', name: 'normal', priorityClass: 'normal', minRunMs: 0 },
  { id: 'scavenger', name: 'scavenger', priorityClass: 'scavenger', minRunMs: 0 },
]

/** What the planner sees, with slices held by those that run on them. */
export function planSnapshot({ slices = [], running = [], ...different }: Partial<Snapshot>): Snapshot {
  const holders = new Map(running.flatMap(({ job, slices: held }) => held.map(slice => [slice, job] as const)))
  return {
    settings: usualSettings,
    tenants: [planTenant('root', {}, { parent: null, path: 'lab' }), planTenant('ann'), planTenant('ben')],
    queues: planQueues,
    lines: [],
    running,
    deadlines: [],
    slices: slices.map(slice => ({ ...slice, holder: holders.get(slice.id) ?? slice.holder })),
    pools: [],
    windows: [],
    availability: new Map(),
    ...different,
  }
}
