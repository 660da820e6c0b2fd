import type { ErrorShape } from '../../src-main/contract/errors'
import type { BackendReport, Item, Job, JobState } from '../../src-main/contract/model'
import { idTail, virtualId } from './mockDevices'

/** What the mock lab holds at first. */
export type Scenario = 'usual' | 'first-use' | 'many' | 'fleet' | 'crowd' | 'bare' | 'down'

const minute = 60_000
export const samples = ['receipt.png', 'rack-label.png', 'dashboard.png', 'delivery-note.png', 'landscape.png']
export const sliceOfJob = { id: `slice_${idTail(4)}`, device: virtualId, profile: '3g.40gb', start: 4, size: 4 }
const crash: ErrorShape = { code: 'worker_crashed', message: 'The worker died three times in a row while it ran this job, each time on the same input. Take that input out, or run the job on a slice with more memory.', details: { exitCode: 139, signal: 'SIGSEGV', attempts: 3 }, retryable: false }
const unreadable: ErrorShape = { code: 'unreadable_input', message: '/home/admin/scans/rack-label.png cannot be read as a picture: its data ends early. Copy it again from its source.', details: { bytes: 18_112 }, retryable: false }
const onCpu: BackendReport = { asked: ['cpu'], nodes: [{ backend: 'cpu', count: 214, operators: ['Conv', 'Relu', 'MaxPool', 'Gemm'] }], fallback: null }
const withFallback: BackendReport = {
  asked: ['webgpu', 'cpu'],
  nodes: [{ backend: 'webgpu', count: 171, operators: ['Conv', 'Relu', 'Add', 'GlobalAveragePool'] }, { backend: 'cpu', count: 6, operators: ['NonMaxSuppression', 'TopK'] }],
  fallback: 'WebGPU does not know NonMaxSuppression and TopK: these 6 nodes ran on the CPU.',
}

interface Made {
  readonly number: number
  readonly state: JobState
  readonly recipe: Job['recipe']
  readonly inputs: readonly (string | null)[]
  readonly atMs: number
  readonly done?: number
  readonly failed?: number
  readonly rest?: Partial<Job>
}

/** A job in a state, with items that go with it. */
export function makeJob({ number, state, recipe, inputs, atMs, done = state === 'done' ? inputs.length : 0, failed = 0, rest = {} }: Made): Job {
  const items = inputs.map((input, index): Item => {
    const path = input === null ? null : `/home/admin/scans/${input}`
    if (index < done)
      return { index, input: path, state: 'done', output: `/state/results/${index}.json`, error: null }
    return index < done + failed ? { index, input: path, state: 'failed', output: null, error: unreadable } : { index, input: path, state: 'pending', output: null, error: null }
  })
  const ran = state !== 'queued'
  const ended = ran && state !== 'running' && state !== 'suspended'
  return {
    id: `job_${idTail(number)}`,
    name: null,
    tenant: 'me',
    queue: 'normal',
    priorityClass: 'normal',
    priority: 0,
    labels: {},
    gang: null,
    tries: 1,
    preemptions: 0,
    recipe,
    model: recipe === 'ocr' ? 'ppocr-v4' : recipe === 'vad' ? 'silero-vad-v5' : '/home/admin/models/resnet50-v2-7.onnx',
    title: inputs[0] ?? 'synthetic inputs',
    state,
    counts: { total: inputs.length, done, failed },
    request: { profile: number % 2 ? '3g.40gb' : null, device: null, need: null },
    slice: ran ? sliceOfJob : null,
    waiting: state === 'queued' ? `3g.40gb is held by job_${idTail(1)}` : null,
    crashes: 0,
    timing: { submittedAtMs: atMs, startedAtMs: ran ? atMs + 820 : null, endedAtMs: ended ? atMs + 9420 : null, queuedMs: ran ? 820 : 0, runMs: ended || state === 'suspended' ? 8600 : 0, asOfMs: ran ? atMs + 820 : atMs },
    backends: ['cpu'],
    ran: ran ? onCpu : null,
    moves: 0,
    lastPauseMs: null,
    moving: null,
    serving: null,
    error: null,
    items,
    outDir: null,
    timeLimitMs: null,
    params: {},
    dependsOn: [],
    notBeforeMs: null,
    deadlineMs: null,
    maxRunMs: null,
    retries: null,
    ...rest,
  }
}

/** Jobs in every state; none where the lab is new. */
export function firstJobs(scenario: Scenario, nowMs: number): Job[] {
  if (scenario === 'first-use' || scenario === 'bare')
    return []
  const scans = Array.from({ length: 240 }, (_, index) => samples[index % samples.length])
  const usual = [
    makeJob({ number: 8, state: 'queued', recipe: 'tensor', inputs: [null, null, null, null], atMs: nowMs - 4000, rest: { name: 'warm-up', tenant: 'physics/lattice/ann', queue: 'urgent', priorityClass: 'guaranteed', priority: 5, labels: { course: 'ml-2', run: '7' }, gang: { id: 'gang_1', index: 0, size: 4 }, tries: 2, preemptions: 1, dependsOn: [{ job: `job_${idTail(3)}`, on: 'success' }], maxRunMs: 30 * minute, retries: { max: 3, delayMs: 10_000 } } }),
    makeJob({ number: 7, state: 'queued', recipe: 'ocr', inputs: scans.slice(0, 12), atMs: nowMs - 9000, rest: { tenant: 'students/ml-course', queue: 'course', notBeforeMs: nowMs + 40 * minute } }),
    makeJob({ number: 1, state: 'running', recipe: 'ocr', inputs: scans, atMs: nowMs - 13_000, done: 87, failed: 2, rest: { crashes: 1, moves: 2, lastPauseMs: 12.4, timeLimitMs: 90_000 } }),
    makeJob({ number: 2, state: 'running', recipe: 'vad', inputs: ['meeting-2025-11-03-room-4-recorder-left-channel-very-long-name.wav'], atMs: nowMs - 95_000, rest: { slice: { ...sliceOfJob, id: `slice_${idTail(2)}`, profile: '1g.10gb', start: 2, size: 1 } } }),
    makeJob({ number: 9, state: 'running', recipe: 'tensor', inputs: [], atMs: nowMs - 6 * minute, rest: { title: 'resnet50-v2-7.onnx', serving: { maxBatch: 16, maxDelayMs: 2 }, backends: ['webgpu', 'cpu'], ran: withFallback, slice: { id: `slice_${idTail(9)}`, device: 'dev_cpu', profile: 'passthrough', start: 0, size: 1 } } }),
    makeJob({ number: 11, state: 'suspended', recipe: 'ocr', inputs: samples, atMs: nowMs - 30 * minute, done: 3, rest: { moves: 1, lastPauseMs: 9.1 } }),
    makeJob({ number: 3, state: 'done', recipe: 'ocr', inputs: samples, atMs: nowMs - 5 * minute }),
    makeJob({ number: 4, state: 'done', recipe: 'vad', inputs: ['speech.wav'], atMs: nowMs - 8 * minute }),
    makeJob({ number: 5, state: 'failed', recipe: 'ocr', inputs: samples, atMs: nowMs - 20 * minute, done: 1, failed: 2, rest: { crashes: 3, error: crash } }),
    makeJob({ number: 6, state: 'cancelled', recipe: 'ocr', inputs: samples, atMs: nowMs - 50 * minute, done: 2 }),
    makeJob({ number: 12, state: 'done', recipe: 'verify', inputs: ['test_abs', 'test_add'], atMs: nowMs - 3 * 60 * minute, rest: { model: 'verify' } }),
    makeJob({ number: 10, state: 'done', recipe: 'tensor', inputs: [null, null], atMs: nowMs - 26 * 60 * minute, rest: { params: { format: 'npy', seed: 7 }, backends: ['webgpu', 'cpu'], ran: withFallback } }),
  ]
  if (scenario !== 'many')
    return usual
  const states: readonly JobState[] = ['done', 'done', 'done', 'failed', 'cancelled', 'queued']
  const more = Array.from({ length: 991 }, (_, index) => makeJob({ number: 100 + index, state: states[index % states.length], recipe: index % 3 ? 'ocr' : 'vad', inputs: [`batch-${index}.${index % 3 ? 'png' : 'wav'}`], atMs: nowMs - index * minute }))
  return [...usual, ...more]
}
