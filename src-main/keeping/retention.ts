import type { Store } from '../store/store'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { systemCode } from '../contract/errors'

export interface Pruned {
  /** Ids of jobs that are gone, with all they had. */
  readonly jobs: readonly string[]
  readonly events: number
}

const minuteMs = 60_000

/**
 * Forgets jobs that ended longer ago than the settings keep them, with their results, and old events, turns and use. In short
 * transactions with turns of the event loop between them, so that a lab with much to forget still answers.
 */
export async function prune(store: Store, jobsDir: string, nowMs: number, signal?: AbortSignal): Promise<Pruned> {
  const { keepJobsMs, keepEventsMs } = store.settings.scheduler()
  await removeLeftovers(store, jobsDir)
  const jobs = keepJobsMs === null ? [] : await pruneJobs(store, jobsDir, nowMs, nowMs - keepJobsMs, signal)
  const events = keepEventsMs === null ? 0 : await pruneEvents(store, nowMs - keepEventsMs, signal)
  return { jobs, events }
}

async function pruneJobs(store: Store, jobsDir: string, nowMs: number, beforeMs: number, signal?: AbortSignal): Promise<string[]> {
  const gone: string[] = []
  while (!signal?.aborted) {
    const ids = store.write(() => {
      const ids = store.retention.jobs(beforeMs)
      if (ids.length > 0)
        store.events.append(nowMs, 'jobs.pruned', 'lab', { ids })
      return ids
    })
    if (ids.length === 0)
      break
    gone.push(...ids)
    // Only now: a folder that outlives its job is waste, a job that outlives its folder is a loss.
    for (const id of ids)
      await rm(join(jobsDir, id), { recursive: true, force: true })
    await turn()
  }
  return gone
}

async function pruneEvents(store: Store, beforeMs: number, signal?: AbortSignal): Promise<number> {
  let events = 0
  let isMore = true
  while (isMore && !signal?.aborted) {
    const step = store.write(() => store.retention.events(beforeMs))
    events += step.count
    isMore = !step.isAll
    await turn()
  }
  const { rowsAtOnce } = store.retention
  const steps = [
    () => store.turns.prune(beforeMs, rowsAtOnce),
    () => store.uses.prune(Math.floor(beforeMs / minuteMs), rowsAtOnce),
  ]
  for (const step of steps) {
    while (!signal?.aborted && store.write(step) === rowsAtOnce)
      await turn()
  }
  return events
}

/** Folders of jobs that were forgotten just before the lab ended. Those of jobs that nobody forgot are left: they may be all that is left of them. */
async function removeLeftovers(store: Store, jobsDir: string): Promise<void> {
  const strays = (await names(jobsDir)).filter(name => name.startsWith('job_') && !store.jobs.get(name))
  if (strays.length === 0)
    return
  const forgotten = store.retention.forgottenJobs()
  for (const id of strays.filter(id => forgotten.has(id)))
    await rm(join(jobsDir, id), { recursive: true, force: true })
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  }
  catch (thrown) {
    if (systemCode(thrown) === 'ENOENT')
      return []
    throw thrown
  }
}
