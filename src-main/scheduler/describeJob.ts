import type { Job, JobSummary } from '../contract/model'
import type { DependencyRow } from '../store/dependencies'
import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import { basename } from 'node:path'
import { isEnded } from './jobState'
import { outputPaths } from './resultFiles'

/** What is known of a job beside its row: why it is not running yet, where it is being moved to, whose it is. */
export interface Live extends Pick<JobSummary, 'tenant' | 'queue' | 'priorityClass'> {
  readonly waiting: string | null
  readonly moving: JobSummary['moving']
}

/** A job as lists show it. */
export function summarise(job: JobRow, { waiting, moving, tenant, queue, priorityClass }: Live, nowMs: number): JobSummary {
  const turnMs = isEnded(job) ? 0 : Math.max(0, nowMs - job.turnSinceMs)
  return {
    id: job.id,
    name: job.name,
    tenant,
    queue,
    priorityClass,
    priority: job.priority,
    labels: { ...job.labels },
    gang: job.gang,
    tries: job.tries,
    preemptions: job.preemptions,
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

/** A job with all its inputs and what it waits for. */
export function describe(job: JobRow, items: readonly ItemRow[], dependencies: readonly DependencyRow[], summary: JobSummary, jobsDir: string): Job {
  const outputs = outputPaths(job, items, jobsDir)
  return {
    ...summary,
    items: items.map(({ idx, input, state, error }, place) => ({ index: idx, input, state, output: outputs[place], error })),
    outDir: job.outDir,
    timeLimitMs: job.timeLimitMs,
    params: job.params,
    dependsOn: dependencies.map(({ onJobId, needs }) => ({ job: onJobId, on: needs })),
    notBeforeMs: job.notBeforeMs,
    deadlineMs: job.deadlineMs,
    maxRunMs: job.maxRunMs,
    retries: job.retries,
  }
}

function titleOf({ firstInput, serving, model }: JobRow): string {
  if (serving)
    return basename(model)
  return firstInput === null ? 'synthetic inputs' : basename(firstInput)
}
