import type { Job, JobSummary } from '../contract/model'
import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import { basename } from 'node:path'
import { isEnded } from './jobState'
import { outputPaths } from './resultFiles'

/** What is known of a job beside its row: why it is not running yet, and where it is being moved to. */
export interface Live {
  readonly waiting: string | null
  readonly moving: JobSummary['moving']
}

/** A job as lists show it. */
export function summarise(job: JobRow, { waiting, moving }: Live, nowMs: number): JobSummary {
  const turnMs = isEnded(job) ? 0 : Math.max(0, nowMs - job.turnSinceMs)
  return {
    id: job.id,
    recipe: job.recipe,
    model: job.model,
    title: titleOf(job),
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
      asOfMs: nowMs,
    },
    backends: [...job.backends],
    ran: job.ran,
    moves: job.moves,
    lastPauseMs: job.lastPauseMs,
    moving,
    serving: job.serving,
    error: job.error,
  }
}

/** A job with all its inputs. */
export function describe(job: JobRow, items: readonly ItemRow[], live: Live, nowMs: number, jobsDir: string): Job {
  const outputs = outputPaths(job, items, jobsDir)
  return {
    ...summarise(job, live, nowMs),
    items: items.map(({ idx, input, state, error }, place) => ({ index: idx, input, state, output: outputs[place], error })),
    outDir: job.outDir,
    timeLimitMs: job.timeLimitMs,
    params: job.params,
  }
}

function titleOf({ firstInput, serving, model }: JobRow): string {
  if (serving)
    return basename(model)
  return firstInput === null ? 'synthetic inputs' : basename(firstInput)
}
