import type { EventRow, Job } from '../../src-main/contract/model'
import { sliceOfJob } from './mockJobs'

/** What happened to a job, as the event log has it. */
export function eventsOf(job: Job): EventRow[] {
  const types: [string, Record<string, unknown>][] = [['job.queued', { recipe: job.recipe, inputs: job.counts.total }]]
  if (job.state !== 'queued')
    types.push(['job.started', { slice: sliceOfJob }], ['job.loaded', { loadMs: 412 }], ['job.progressed', { done: job.counts.done, failed: job.counts.failed }])
  if (job.crashes > 0)
    types.push(['job.requeued', { why: 'worker-crashed' }], ['job.started', { slice: sliceOfJob }])
  if (job.state === 'suspended')
    types.push(['job.suspended', {}])
  else if (job.state !== 'queued' && job.state !== 'running')
    types.push([job.state === 'cancelled' ? 'job.cancelled' : 'job.finished', { error: job.error }])
  return types.map(([type, data], index) => ({ seq: index + 1, atMs: job.timing.submittedAtMs + index * 900, type, subject: job.id, data }))
}

/** A result of the job's recipe. */
export function resultOf(job: Job, index: number): unknown {
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

/** How loud the made-up recording is, 0 to 1. */
export function peakAt(ms: number): number {
  const speaks = [[700, 3090], [4190, 5680], [6580, 8580]].some(([from, to]) => ms >= from && ms <= to)
  return (speaks ? 0.55 : 0.03) * (0.6 + 0.4 * Math.abs(Math.sin(ms / 37) * Math.sin(ms / 211)))
}
