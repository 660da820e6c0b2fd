import type { CallOutput, CallParsed } from '../../src-main/contract/calls'
import type { Job } from '../../src-main/contract/model'
import type { Handlers } from '../../src-main/contract/router'
import type { MockState } from './mockState'
import { TrancheError } from '../../src-main/contract/errors'
import { idTail } from './mockDevices'
import { matching, mockQuery } from './mockQuery'

const minute = 60_000

/** Calls about the lines that the mock lab's jobs stand in. */
export function mockLineCalls(state: MockState, submit: (submission: CallParsed<'jobs.submit'>) => Job) {
  const { jobs, now, job: find, putJob } = state
  const query = mockQuery(jobs, state.version)

  function hold(id: string): Job {
    const job = find(id)
    if (job.state !== 'queued')
      throw new TrancheError('conflict', `${id} is ${job.state}, and only a job that waits can be held. Suspend it if it runs.`)
    return putJob({ ...job, state: 'suspended', waiting: null })
  }

  function release(id: string): Job {
    const job = find(id)
    if (job.state !== 'suspended')
      throw new TrancheError('conflict', `${id} is ${job.state} and not held.`)
    return putJob({ ...job, state: 'queued', waiting: 'It is not its turn yet: jobs of its tenant are before it.' })
  }

  function reorder({ id, priority, queue, before }: CallParsed<'jobs.reorder'>): Job {
    const job = find(id)
    const other = before ? find(before) : null
    if (job.state !== 'queued')
      throw new TrancheError('conflict', `${id} is ${job.state}: only a job that waits has a place in line.`)
    if (other && (other.tenant !== job.tenant || other.queue !== job.queue))
      throw new TrancheError('conflict', `A job goes before others of its own tenant and queue only: this one is of ${job.tenant} in ${job.queue}, that one of ${other.tenant} in ${other.queue}. Between tenants fair share decides.`)
    const place = other ? other.timing.submittedAtMs - (other.priority - job.priority) * minute - 1 : job.timing.submittedAtMs + (before === null ? 30 * minute : 0)
    return putJob({ ...job, priority: priority ?? job.priority, queue: queue ?? job.queue, timing: { ...job.timing, submittedAtMs: place } })
  }

  const act: Record<CallParsed<'jobs.bulk'>['action'], (job: Job, value: number | string | undefined) => void> = {
    cancel: job => isEnded(job) ? refuse(`${job.id} is ${job.state} already.`) : putJob({ ...job, state: 'cancelled', waiting: null }),
    hold: job => hold(job.id),
    release: job => release(job.id),
    suspend: job => job.state === 'running' ? putJob({ ...job, state: 'suspended' }) : refuse(`${job.id} is ${job.state} and does not run.`),
    resume: job => release(job.id),
    retry: job => isEnded(job) ? submit(submissionOf(job)) : refuse(`${job.id} is ${job.state}: only a job that has ended can be tried again.`),
    priority: (job, value) => reorder({ id: job.id, priority: Number(value) }),
    queue: (job, value) => reorder({ id: job.id, queue: String(value) }),
  }

  return {
    'jobs.query': query,
    'jobs.hold': ({ id }) => hold(id),
    'jobs.release': ({ id }) => release(id),
    'jobs.reorder': reorder,
    'jobs.bulk': ({ action, ids, filter, value }) => state.together(() => {
      const refused: { id: string, message: string }[] = []
      const chosen = ids ? jobs.filter(({ id }) => new Set(ids).has(id)) : matching(jobs, filter ?? {})
      for (const job of chosen) {
        try {
          act[action](job, value)
        }
        catch (thrown) {
          refused.push({ id: job.id, message: thrown instanceof Error ? thrown.message : String(thrown) })
        }
      }
      return { done: chosen.length - refused.length, refused }
    }),
    'jobs.submitMany': ({ submissions }) => ({ ids: submissions.map(each => submit(each).id) }),
    'jobs.submission': ({ id }) => submissionOf(find(id)),
    'jobs.why': ({ id }) => whyOf(find(id), now()),
  } satisfies Partial<Handlers>
}

function isEnded({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}

function refuse(message: string): never {
  throw new TrancheError('conflict', message)
}

function submissionOf(job: Job): CallOutput<'jobs.submission'> {
  return {
    recipe: job.recipe,
    model: job.model,
    inputs: job.items.flatMap(({ input }) => input ?? []),
    ...job.request.profile && { profile: job.request.profile },
    ...job.name && { name: job.name },
    tenant: job.tenant,
    queue: job.queue,
    priority: job.priority,
    labels: job.labels,
    dependsOn: job.dependsOn,
    ...job.maxRunMs && { maxRunMs: job.maxRunMs },
    ...job.retries && { retries: job.retries },
    params: job.params,
  }
}

function whyOf(job: Job, nowMs: number): CallOutput<'jobs.why'> {
  const decisions: CallOutput<'jobs.why'>['decisions'] = [
    { atMs: job.timing.submittedAtMs, what: 'queued', rule: null, words: `It stands in ${job.queue}, as one of ${job.tenant}.`, other: null },
    { atMs: job.timing.submittedAtMs + 12_000, what: 'started', rule: 'backfill', words: 'It started on 1g.10gb: it ends before the job that the slice is kept for can start.', other: `job_${idTail(7)}` },
    { atMs: job.timing.submittedAtMs + 90_000, what: 'evicted', rule: 'guarantee-reclaimed', words: 'It was put back to its queue from its checkpoint: biology asked for what it is guaranteed.', other: `job_${idTail(1)}` },
  ]
  const waits = job.state === 'queued'
  return {
    job: job.id,
    state: job.state,
    waitsFor: waits ? 'A slice 3g.40gb: both that the lab has are held.' : job.state === 'running' ? 'It runs on 3g.40gb of Virtual A100 80GB since it was first in line there.' : `It is ${job.state}.`,
    reason: waits ? 'slice' : null,
    heldBy: waits
      ? [
          { holder: `job_${idTail(1)}`, what: '3g.40gb of Virtual A100 80GB', untilMs: nowMs + 7 * minute },
          { holder: 'vm-render-02', what: '3g.40gb of Virtual H100 80GB', untilMs: null },
        ]
      : [],
    wouldStartIf: waits ? `job_${idTail(1)} ended or was moved to another slice, or if this job asked for 2g.20gb, of which one is free.` : '',
    estimatedStartMs: waits ? nowMs + 7 * minute : null,
    place: waits ? 4 : null,
    decisions: waits || job.preemptions > 0 ? decisions : decisions.slice(0, 2),
  }
}
