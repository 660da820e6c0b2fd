import type { Job, JobSummary } from '../contract/model'
import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import { basename } from 'node:path'
import { isEnded } from './jobState'
import { outputPaths } from './resultFiles'

/** A job as lists show it. `waiting` says why it is not running yet. */
export function summarise(job: JobRow, waiting: string | null, nowMs: number): JobSummary {
  const turnMs = isEnded(job) ? 0 : Math.max(0, nowMs - job.turnSinceMs)
  return {
    id: job.id,
    recipe: job.recipe,
    model: job.model,
    title: job.firstInput === null ? 'synthetic inputs' : basename(job.firstInput),
    state: job.state,
    counts: { total: job.itemCount, done: job.doneCount, failed: job.failedCount },
    request: { profile: job.profile, device: job.deviceId, need: job.need },
    slice: job.lastSlice,
    waiting: job.state === 'queued' ? waiting ?? 'it is next in line' : null,
    crashes: job.crashes,
    timing: {
      submittedAtMs: job.submittedAtMs,
      startedAtMs: job.startedAtMs,
      endedAtMs: job.endedAtMs,
      queuedMs: job.queuedMs + (job.state === 'queued' ? turnMs : 0),
      runMs: job.runMs + (job.state === 'running' ? turnMs : 0),
    },
    error: job.error,
  }
}

/** A job with all its inputs. */
export function describe(job: JobRow, items: readonly ItemRow[], waiting: string | null, nowMs: number, jobsDir: string): Job {
  const outputs = outputPaths(job, items, jobsDir)
  return {
    ...summarise(job, waiting, nowMs),
    items: items.map(({ idx, input, state, error }, place) => ({ index: idx, input, state, output: outputs[place], error })),
    outDir: job.outDir,
    params: job.params,
  }
}
