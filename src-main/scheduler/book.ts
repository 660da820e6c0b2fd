import type { JobRow } from '../store/jobs'
import type { Eligibility } from './eligibility'
import type { Line, LineTerms, LineUnit } from './plan/snapshot'
import { createLines } from './bookLines'
import { isEnded } from './jobState'
import { lineKey } from './plan/lineKey'

export interface BookDeps {
  readonly nowMs: () => number
  /** Rank of a queue among those of its class. */
  readonly rankOf: (queueId: string) => number
  readonly agingMs: () => number | null
  /** Whether a queued job may start, as far as it concerns itself. */
  readonly eligibility: (job: JobRow, nowMs: number) => Eligibility
  /** Ids of jobs that wait for one. */
  readonly dependentsOf: (jobId: string) => readonly string[]
}

export type Asleep = Extract<Eligibility, { ready: false }>
export type Book = ReturnType<typeof createBook>

/**
 * Every job that has not ended, in memory, so that a look at the queue need not read it: who stands in which line, who
 * cannot start yet and why, who runs. It is told of each change after its transaction, and can be made anew from the database.
 */
export function createBook({ nowMs, rankOf, agingMs, eligibility, dependentsOf }: BookDeps) {
  const jobs = new Map<string, JobRow>()
  const running = new Map<string, JobRow>()
  const asleep = new Map<string, Asleep>()
  const deadlines = new Map<string, number>()
  const gangs = new Map<string, Set<string>>()
  const lines = createLines()

  /** Jobs that start together with one: its gang, or itself alone. */
  function unitOf({ id, gang }: JobRow): { readonly id: string, readonly members: readonly JobRow[] } {
    if (!gang)
      return { id, members: [jobs.get(id)].filter(job => job?.state === 'queued').filter(job => job !== undefined) }
    const members = [...gangs.get(gang.id) ?? []].flatMap(member => jobs.get(member) ?? [])
    return { id: gang.id, members: members.filter(({ state }) => state === 'queued').sort((a, b) => (a.gang?.index ?? 0) - (b.gang?.index ?? 0)) }
  }

  /** Puts a job's unit into its line, or notes why it cannot start. */
  function place(job: JobRow): void {
    const { id, members } = unitOf(job)
    lines.remove(id)
    const others = job.gang ? [...gangs.get(job.gang.id) ?? []].flatMap(member => jobs.get(member) ?? []) : members
    let blocked = others.some(({ state }) => state === 'suspended')
    for (const member of members) {
      const answer = eligibility(member, nowMs())
      if (answer.ready) {
        asleep.delete(member.id)
      }
      else {
        asleep.set(member.id, answer)
        blocked = true
      }
    }
    const [first] = members
    if (!first || blocked)
      return
    lines.put(id, termsOf(first, members.length), unitFor(first, members, lineKey(first.place, first.priority, rankOf(first.queueId), agingMs())))
  }

  function forget(job: JobRow): void {
    jobs.delete(job.id)
    asleep.delete(job.id)
    lines.remove(job.gang?.id ?? job.id)
    const gang = job.gang && gangs.get(job.gang.id)
    gang?.delete(job.id)
    if (job.gang && gang?.size === 0)
      gangs.delete(job.gang.id)
  }

  function put(job: JobRow): void {
    running.delete(job.id)
    deadlines.delete(job.id)
    if (isEnded(job)) {
      forget(job)
    }
    else {
      jobs.set(job.id, job)
      if (job.gang)
        gangs.set(job.gang.id, (gangs.get(job.gang.id) ?? new Set()).add(job.id))
      if (job.state === 'running')
        running.set(job.id, job)
      else if (job.deadlineMs !== null)
        deadlines.set(job.id, job.deadlineMs)
      if (job.state !== 'queued')
        asleep.delete(job.id)
    }
    place(job)
    if (isEnded(job))
      dependentsOf(job.id).forEach(look)
  }

  /** Looks anew at a job that something outside of it concerns. */
  function look(jobId: string): void {
    const job = jobs.get(jobId)
    if (job?.state === 'queued')
      place(job)
  }

  return {
    put,
    look,
    /** Looks anew at those that cannot start yet: a model is here, a queue was opened, their time has come. */
    wakeUp(concerns: (job: JobRow, why: Asleep) => boolean): void {
      for (const [id, why] of [...asleep]) {
        const job = jobs.get(id)
        if (job && concerns(job, why))
          place(job)
      }
    },
    /** Looks anew at every queued job: the way of weighing has changed. */
    placeAll(): void {
      for (const job of jobs.values()) {
        if (job.state === 'queued')
          place(job)
      }
    },
    lines: (): Line[] => lines.all(),
    running: (): IterableIterator<JobRow> => running.values(),
    /** Deadlines of those that do not run. */
    deadlines: () => [...deadlines].map(([job, atMs]) => ({ job, atMs })),
    get: (jobId: string): JobRow | undefined => jobs.get(jobId),
    jobs: (): IterableIterator<JobRow> => jobs.values(),
    gang: (gangId: string): readonly string[] => [...gangs.get(gangId) ?? []],
    /** Why a queued job cannot start yet, for a reason of its own; undefined for one that could. */
    asleep: (jobId: string): Asleep | undefined => asleep.get(jobId),
    /** Those that cannot start yet. */
    allAsleep: (): IterableIterator<[string, Asleep]> => asleep.entries(),
    get size(): number {
      return jobs.size
    },
  }
}

function termsOf(job: JobRow, count: number): LineTerms {
  return {
    tenant: job.tenantId,
    queue: job.queueId,
    profile: job.profile,
    device: job.deviceId,
    need: job.need,
    leastMiB: job.leastMiB,
    count,
    leftMs: job.maxRunMs === null ? null : Math.max(0, job.maxRunMs - job.runMs),
  }
}

function unitFor(first: JobRow, members: readonly JobRow[], key: number): LineUnit {
  const deadlines = members.flatMap(({ deadlineMs }) => deadlineMs ?? [])
  return { jobs: members.map(({ id }) => id), key, waitsSinceMs: first.turnSinceMs, deadlineMs: deadlines.length > 0 ? Math.min(...deadlines) : null }
}
