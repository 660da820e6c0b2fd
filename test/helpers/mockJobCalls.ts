import type { CallParsed } from '../../src-main/contract/calls'
import type { Job } from '../../src-main/contract/model'
import type { Handlers } from '../../src-main/contract/router'
import type { MockState } from './mockState'
import { makeJob, samples, sliceOfJob } from './mockJobs'
import { mockMoves } from './mockMoves'
import { peakAt, resultOf } from './mockResults'

const firstMs = 700
const inputMs = 900

/** Calls about jobs. A submitted job does one input about every second. */
export function mockJobCalls(state: MockState) {
  const { jobs, events, now, job: find, putJob } = state

  function submit(recipe: Job['recipe'], inputs: readonly (string | null)[], rest: Partial<Job> = {}): Job {
    const job = putJob(makeJob({ number: 1000 + jobs.length, state: 'queued', recipe, inputs, atMs: now(), rest }))
    go(job.id)
    return job
  }

  function go(id: string) {
    setTimeout(step, firstMs, id)
  }

  function step(id: string) {
    const job = find(id)
    if (job.state !== 'queued' && job.state !== 'running')
      return
    const next = job.items.find(item => item.state === 'pending')
    const items = job.items.map(item => item === next ? { ...item, state: 'done' as const, output: `/state/results/${id}/${item.index}.json` } : item)
    const done = items.filter(item => item.state === 'done').length
    const isDone = job.serving === null && items.every(item => item.state !== 'pending')
    const startedAtMs = job.timing.startedAtMs ?? now()
    putJob({
      ...job,
      items,
      state: isDone ? 'done' : 'running',
      waiting: null,
      slice: job.slice ?? sliceOfJob,
      ran: job.ran ?? { asked: job.backends, nodes: [{ backend: job.backends[0] ?? 'cpu', count: 214, operators: ['Conv', 'Relu', 'Gemm'] }], fallback: null },
      counts: { ...job.counts, done },
      timing: { ...job.timing, queuedMs: firstMs, startedAtMs, endedAtMs: isDone ? now() : null, runMs: isDone ? now() - startedAtMs : 0, asOfMs: startedAtMs },
    })
    setTimeout(step, inputMs, id)
  }

  function submitted({ recipe, inputs, synthetic, backends, timeLimitMs, serving, params, model, name, tenant, queue, priority, labels, maxRunMs, retries, dependsOn, notBeforeMs, deadlineMs, hold }: CallParsed<'jobs.submit'>): Job {
    const given = serving ? [] : inputs.length > 0 ? inputs : Array.from({ length: synthetic ?? 1 }, () => null)
    return submit(recipe, given, { ...model && { model }, ...serving && { serving, title: 'served model' }, backends: backends ?? ['cpu'], timeLimitMs: timeLimitMs ?? null, params: params ?? {}, name: name ?? null, tenant: tenant ?? 'me', queue: queue ?? 'normal', priority: priority ?? 0, labels: labels ?? {}, maxRunMs: maxRunMs ?? null, retries: retries ?? null, dependsOn: dependsOn ?? [], notBeforeMs: notBeforeMs ?? null, deadlineMs: deadlineMs ?? null, ...hold && { state: 'suspended', waiting: null } })
  }

  return {
    ...mockMoves(state, go),
    'jobs.submit': submitted,
    'jobs.submitSample': ({ sample }) => submit(sample, sample === 'ocr' ? samples : ['speech.wav']),
    'jobs.list': ({ states, limit }) => jobs.filter(job => !states || states.includes(job.state)).slice(0, limit),
    'jobs.get': ({ id }) => find(id),
    'jobs.cancel': ({ id }) => putJob({ ...find(id), state: 'cancelled', waiting: null, error: { code: 'cancelled', message: 'The job was cancelled. Results made before are kept.', retryable: true } }),
    'jobs.retry': ({ id }) => submit(find(id).recipe, find(id).items.map(item => item.input)),
    'jobs.result': ({ id, index }) => resultOf(find(id), index),
    'jobs.export': ({ id, outDir }) => ({ id, outDir, results: find(id).counts.done }),
    'jobs.waveform': ({ buckets }) => ({ durationMs: 9280, peaks: Array.from({ length: buckets }, (_, bucket) => peakAt(bucket / buckets * 9280)) }),
    'events.list': ({ after, subject, limit }) => events.filter(event => event.seq > after && (!subject || event.subject === subject)).slice(0, limit),
  } satisfies Partial<Handlers>
}
