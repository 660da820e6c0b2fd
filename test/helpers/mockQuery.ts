import type { CallOutput, CallParsed } from '../../src-main/contract/calls'
import type { Job, JobState } from '../../src-main/contract/model'

type Query = CallParsed<'jobs.query'>
type Key = number | string

const classOrder = { guaranteed: 0, normal: 1, scavenger: 2 }
const lineKey = (job: Job) => job.state === 'queued' ? classOrder[job.priorityClass] * 1e15 + job.timing.submittedAtMs - job.priority * 60_000 : Infinity

const keyOf: Record<Query['sort']['by'], (job: Job) => Key> = {
  submitted: job => job.timing.submittedAtMs,
  line: lineKey,
  state: job => job.state,
  name: job => (job.name ?? job.title).toLowerCase(),
  tenant: job => job.tenant,
  queue: job => job.queue,
  priority: job => job.priority,
  model: job => job.model,
  queued: job => job.timing.queuedMs,
  run: job => job.timing.runMs,
  ended: job => job.timing.endedAtMs ?? 0,
}

const groupOf: Record<NonNullable<Query['group']>, (job: Job) => string> = {
  state: job => job.state,
  tenant: job => job.tenant,
  queue: job => job.queue,
  model: job => job.model,
  recipe: job => job.recipe,
}

function fits({ states, text, tenant, queue, classes, labels }: Query['filter']) {
  const wanted = text?.toLowerCase()
  return (job: Job): boolean => (!states || states.includes(job.state))
    && (!tenant || job.tenant === tenant || job.tenant.startsWith(`${tenant}/`))
    && (!queue || job.queue === queue)
    && (!classes || classes.includes(job.priorityClass))
    && (!labels || labels.every(pair => job.labels[pair.split('=')[0]] === pair.slice(pair.indexOf('=') + 1)))
    && (!wanted || [job.id, job.name, job.title, job.recipe, job.model, job.request.profile, ...Object.entries(job.labels).map(([key, value]) => `${key}=${value}`)].some(part => part?.toLowerCase().includes(wanted)))
}

function compare(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function matching(jobs: readonly Job[], filter: Query['filter']): Job[] {
  return jobs.filter(fits(filter))
}

/** Pages of the mock lab's jobs. The order of a question is kept until jobs change, so that scrolling costs what it does in the lab. */
export function mockQuery(jobs: readonly Job[], version: () => number) {
  let kept = { key: '', sorted: [] as Job[], groups: [] as { key: string, count: number }[], states: {} as Record<JobState, number> }

  function sort({ filter, sort, group }: Query): typeof kept {
    const key = JSON.stringify([version(), filter, sort, group])
    if (key === kept.key)
      return kept
    const of = keyOf[sort.by]
    const by = group ? groupOf[group] : () => ''
    const keyed = matching(jobs, filter).map(job => ({ job, key: of(job), group: by(job) }))
    keyed.sort((a, b) => compare(a.group, b.group) || (sort.descending ? compare(b.key, a.key) : compare(a.key, b.key)))
    const counts = new Map<string, number>()
    const states: Record<JobState, number> = { queued: 0, running: 0, suspended: 0, done: 0, failed: 0, cancelled: 0 }
    for (const each of keyed) {
      counts.set(each.group, (counts.get(each.group) ?? 0) + 1)
      states[each.job.state] += 1
    }
    return { key, sorted: keyed.map(({ job }) => job), groups: group ? [...counts].map(([key, count]) => ({ key, count })) : [], states }
  }

  return (query: Query): CallOutput<'jobs.query'> => {
    // The counts that the window asks for by the way must not push the list's own order out.
    const found = sort(query)
    if (query.limit > 1)
      kept = found
    return { total: found.sorted.length, rows: found.sorted.slice(query.offset, query.offset + query.limit), groups: found.groups, states: found.states }
  }
}
