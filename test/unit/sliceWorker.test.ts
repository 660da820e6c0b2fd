import type { FromWorker, RunRequest, ToWorker } from '../../src-main/runtime/protocol'
import type { WorkerDeps } from '../../src-main/runtime/workerTypes'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { SliceWorker } from '../../src-main/runtime/sliceWorker'

const terms = { policy: 'best-effort', share: 0.5, timeSliceMs: null, spatial: false, byDriver: false } as const
const request: RunRequest = { type: 'run', jobId: 'job_a', epoch: 7, recipe: 'tensor', files: {}, params: {}, batchSize: null, items: [], carry: null, resultsDir: '', backends: ['cpu'], memoryMiB: 64, optimisedDir: null, hold: false, serving: { maxBatch: 8, maxDelayMs: 1 } }
const about = { jobId: 'job_a', epoch: 7 }

/** A worker that serves a model, with its process played by the test. */
function serving() {
  const sent: ToWorker[] = []
  const busy: boolean[] = []
  let hear: (message: unknown) => void = () => {}
  const deps: WorkerDeps = {
    entry: '',
    host: { fork: () => ({ pid: 1, send: message => void sent.push(message as ToWorker), onMessage: listener => void (hear = listener), onExit: () => {}, kill: () => {} }) },
    notes: { add: () => {}, remove: () => {} },
    keeper: { join: () => {}, busy: (_pid, isBusy) => void busy.push(isBusy), leave: () => {}, reported: () => {}, enforcementOf: () => { throw new Error('nobody asks') }, close: async () => {} },
  }
  const worker = new SliceWorker(deps, { id: 'slice_a', deviceId: 'device_a', name: 'a slice', threads: 1, terms, memoryMiB: 64, env: {} }, { read: [], write: [] }, { onJobMessage: () => {}, onExit: () => {} })
  const say = (message: FromWorker) => hear(message)
  worker.run(request, null)
  say({ type: 'ready', baselineMiB: 1 })
  say({ type: 'loaded', ...about, loadMs: 1 })
  return { worker, busy, say, asked: () => sent.filter(message => message.type === 'infer') }
}

it('hands requests that come together to the process as one message, in their order, and later ones as the next', async () => {
  const { worker, asked } = serving()
  expect([1, 2, 3].map(number => worker.infer(7, number, []))).toEqual([true, true, true])
  expect(worker.infer(6, 4, [])).toBe(false)
  await setImmediate()
  worker.infer(7, 5, [])
  await setImmediate()
  expect(asked().map(message => [message.epoch, message.requests.map(({ request }) => request)])).toEqual([[7, [1, 2, 3]], [7, [5]]])
})

it('leaves its turns to others only when every request has its answer, however many come in one message', () => {
  const { worker, busy, say } = serving()
  const answered = (...requests: number[]): FromWorker => ({ type: 'answers', ...about, answers: requests.map(request => ({ request, answer: { ok: true, outputs: [], latencyMs: 1, batch: requests.length } })) })
  ;[1, 2, 3].forEach(number => worker.infer(7, number, []))
  say(answered(1, 2))
  expect(busy.at(-1)).toBe(true)
  say(answered(3))
  expect(busy.at(-1)).toBe(false)
})
