import type { PlanSlice } from '../../../src-main/broker/planRequest'
import type { Amount, SchedulerSettings } from '../../../src-main/contract/model'
import type { Decision, Line, LineTerms, LineUnit, Plan, PlanQueue, PlanRunning, PlanTenant, Snapshot } from '../../../src-main/scheduler/plan/snapshot'
import { faded, recentMs } from '../../../src-main/scheduler/plan/fade'
import { lineKey } from '../../../src-main/scheduler/plan/lineKey'
import { shareOf } from '../../../src-main/scheduler/plan/order'
import { plan } from '../../../src-main/scheduler/plan/plan'
import { usualSettings } from '../../../src-main/store/settings'

/** A job of a simulated run. Times are ms. */
export interface SimJob {
  readonly id: string
  readonly arrivesAtMs: number
  /** How long it really runs, over all its turns. */
  readonly worksMs: number
  /** How long it says that it may run; null for no bound. Never less than it really runs. */
  readonly boundMs: number | null
  readonly tenant: string
  readonly queue: string
  readonly profile: string
  readonly priority: number
  /** Slices that it takes at the same time. */
  readonly count: number
}

export interface SimWorld {
  readonly tenants: readonly PlanTenant[]
  readonly queues: readonly PlanQueue[]
  readonly slices: readonly PlanSlice[]
  readonly jobs: readonly SimJob[]
  readonly settings?: Partial<SchedulerSettings>
  /** False where a long run is not looked at afterwards. */
  readonly keepLooks?: boolean
  /** How long a job takes to leave its slice once it is asked. */
  readonly leavesAfterMs: number
}

/** One look at the queue, as it was and as it was decided. */
export interface Look {
  readonly atMs: number
  readonly snapshot: Snapshot
  readonly plan: Plan
}

export interface Run {
  readonly looks: readonly Look[]
  /** Use of each tenant: its share times ms. */
  readonly used: ReadonlyMap<string, number>
  readonly startedAtMs: ReadonlyMap<string, number>
  readonly endedAtMs: ReadonlyMap<string, number>
}

interface Live {
  readonly job: SimJob
  state: 'waiting' | 'running' | 'leaving'
  slices: string[]
  doneMs: number
  sinceMs: number
  /** When something happens to it by itself. */
  nextMs: number
}

/**
 * Runs a world through the planner on a clock of its own: arrivals, ends, and jobs that leave when they were asked are its
 * events; at each of them the queue is looked at, and decisions are carried out at once.
 */
export function simulate({ tenants, queues, slices, jobs, settings, leavesAfterMs, keepLooks = true }: SimWorld, untilMs: number): Run {
  const weighs = { ...usualSettings, ...settings }
  const byId = new Map(slices.map(slice => [slice.id, slice]))
  const whole = slices.reduce((sum, slice) => add(sum, slice), { compute: 0, memoryMiB: 0 })
  const arrivals = [...jobs].sort((a, b) => a.arrivesAtMs - b.arrivesAtMs)
  const live = new Map<string, Live>()
  const means = new Map<string, number>()
  const recent = new Map<string, number>()
  const used = new Map<string, number>()
  const startedAtMs = new Map<string, number>()
  const endedAtMs = new Map<string, number>()
  const looks: Look[] = []
  let nowMs = 0
  let wakeMs: number | null = null

  function account(dtMs: number): void {
    const held = new Map<string, Amount>()
    for (const each of live.values()) {
      if (each.state !== 'waiting')
        held.set(each.job.tenant, each.slices.flatMap(id => byId.get(id) ?? []).reduce(add, held.get(each.job.tenant) ?? { compute: 0, memoryMiB: 0 }))
    }
    for (const { id } of tenants) {
      const amount = held.get(id)
      const share = amount ? shareOf(amount, whole) : 0
      means.set(id, faded(means.get(id) ?? 0, share, dtMs, weighs.halfLifeMs))
      recent.set(id, faded(recent.get(id) ?? 0, share, dtMs, recentMs))
      used.set(id, (used.get(id) ?? 0) + share * dtMs)
    }
  }

  function snapshot(): Snapshot {
    const waiting = [...live.values()].filter(({ state }) => state === 'waiting')
    const running = [...live.values()].filter(({ state }) => state !== 'waiting')
    const holders = new Map(running.flatMap(each => each.slices.map(slice => [slice, each.job.id] as const)))
    return {
      settings: weighs,
      tenants: tenants.map(tenant => ({ ...tenant, faded: means.get(tenant.id) ?? 0, recent: recent.get(tenant.id) ?? 0 })),
      queues,
      lines: linesOf(waiting, weighs),
      running: running.flatMap(each => runningOf(each, byId)),
      deadlines: [],
      slices: slices.map(slice => ({ ...slice, holder: holders.get(slice.id) ?? null })),
      pools: [],
      windows: [],
      availability: new Map(),
    }
  }

  function carryOut(decision: Decision): void {
    if (decision.type === 'start') {
      const each = live.get(jobOf(decision.places[0].job))
      if (!each)
        return
      startedAtMs.set(each.job.id, startedAtMs.get(each.job.id) ?? nowMs)
      Object.assign(each, { state: 'running', slices: decision.places.map(({ slice }) => slice), sinceMs: nowMs, nextMs: nowMs + each.job.worksMs - each.doneMs })
    }
    else if (decision.type === 'preempt' || decision.type === 'move') {
      const each = live.get(jobOf(decision.job))
      // A job that is moved goes to the other slice at once: what matters here is who gets its place.
      if (each && decision.type === 'move')
        each.slices = [decision.slice]
      else if (each && each.state === 'running' && each.nextMs > nowMs + leavesAfterMs)
        Object.assign(each, { state: 'leaving', nextMs: nowMs + leavesAfterMs })
      else if (each)
        each.state = 'leaving'
    }
  }

  function happen(): void {
    for (const each of [...live.values()]) {
      if (each.state === 'waiting' || each.nextMs > nowMs)
        continue
      each.doneMs += nowMs - each.sinceMs
      if (each.doneMs >= each.job.worksMs - 1e-6) {
        endedAtMs.set(each.job.id, nowMs)
        live.delete(each.job.id)
      }
      else {
        Object.assign(each, { state: 'waiting', slices: [], nextMs: Number.POSITIVE_INFINITY })
      }
    }
    while (arrivals.length > 0 && arrivals[0].arrivesAtMs <= nowMs) {
      const job = arrivals.shift()
      if (job)
        live.set(job.id, { job, state: 'waiting', slices: [], doneMs: 0, sinceMs: 0, nextMs: Number.POSITIVE_INFINITY })
    }
  }

  while (nowMs < untilMs) {
    const next = Math.min(untilMs, arrivals[0]?.arrivesAtMs ?? Number.POSITIVE_INFINITY, wakeMs ?? Number.POSITIVE_INFINITY, ...[...live.values()].map(({ nextMs }) => nextMs))
    account(next - nowMs)
    nowMs = next
    happen()
    const seen = snapshot()
    const answer = plan(seen, nowMs)
    if (keepLooks)
      looks.push({ atMs: nowMs, snapshot: seen, plan: answer })
    answer.decisions.forEach(carryOut)
    wakeMs = answer.nextMs
    if (arrivals.length === 0 && live.size === 0)
      break
  }
  return { looks, used, startedAtMs, endedAtMs }
}

/** Members of a gang are named after it. */
function jobOf(member: string): string {
  return member.split('#')[0]
}

function membersOf({ id, count }: SimJob): string[] {
  return count === 1 ? [id] : Array.from({ length: count }, (_, member) => `${id}#${member}`)
}

function linesOf(waiting: readonly Live[], { agingMs }: SchedulerSettings): Line[] {
  const lines = new Map<string, { terms: LineTerms, units: LineUnit[] }>()
  for (const { job, doneMs } of waiting) {
    const terms: LineTerms = { tenant: job.tenant, queue: job.queue, profile: job.profile, device: null, need: null, leastMiB: null, count: job.count, leftMs: job.boundMs === null ? null : job.boundMs - doneMs }
    const id = JSON.stringify(terms)
    const line = lines.get(id) ?? { terms, units: [] }
    lines.set(id, line)
    line.units.push({ jobs: membersOf(job), key: lineKey(job.arrivesAtMs, job.priority, 0, agingMs), waitsSinceMs: job.arrivesAtMs, deadlineMs: null })
  }
  return [...lines].map(([id, { terms, units }]) => ({ ...terms, id, units: units.sort((a, b) => a.key - b.key || (a.jobs[0] < b.jobs[0] ? -1 : 1)) }))
}

function runningOf({ job, state, slices, doneMs, sinceMs }: Live, byId: ReadonlyMap<string, PlanSlice>): PlanRunning[] {
  return membersOf(job).map((member, place) => ({
    job: member,
    tenant: job.tenant,
    queue: job.queue,
    slices: [slices[place]],
    amount: [byId.get(slices[place])].flatMap(slice => slice ?? []).reduce(add, { compute: 0, memoryMiB: 0 }),
    request: { profile: job.profile, device: null, need: null },
    leastMiB: null,
    sinceMs,
    endsByMs: job.boundMs === null ? null : sinceMs + job.boundMs - doneMs,
    endsBy: 'run-time',
    gang: job.count === 1 ? null : job.id,
    leaving: state === 'leaving',
    movable: job.count === 1,
  }))
}

function add(sum: Amount, { computeShare, memoryMiB }: PlanSlice): Amount {
  return { compute: sum.compute + computeShare, memoryMiB: sum.memoryMiB + memoryMiB }
}
