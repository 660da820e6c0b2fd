import type { Logger } from 'pino'
import type { Catalog } from '../catalog/catalog'
import type { StatePaths } from '../store/stateDir'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { BackUpReport } from './backUp'
import type { Pruned } from './retention'
import type { DatabaseThread } from './thread/databaseThread'
import { backUp } from './backUp'
import { cloneLab } from './clone'
import { keptBackups, makeRegularBackup } from './regularBackups'
import { prune } from './retention'

export interface KeepingDeps {
  readonly store: Store
  readonly stateDir: string
  readonly paths: StatePaths
  readonly catalog?: Pick<Catalog, 'list'>
  readonly thread: DatabaseThread
  /** Of Tranche. */
  readonly version: string
  readonly nowMs: () => number
  readonly changes: Pick<Changes, 'job'>
  readonly log: Pick<Logger, 'info' | 'error'>
}

/** How often it is looked whether something is due: by the clock of the wall, which may jump. */
const lookEveryMs = 30_000
const pruneEveryMs = 3_600_000

/**
 * Keeps the lab as a whole: backups on demand and by the schedule, clones, and forgetting what is old. One of these at a time, so
 * that nothing is forgotten while it is copied.
 */
export function createKeeping({ store, stateDir, paths, catalog, thread, version, nowMs, changes, log }: KeepingDeps) {
  const closing = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let prunedAtMs: number | null = null
  let triedAtMs: number | null = null

  function alone<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work, work)
    last = next.catch(() => undefined)
    return next
  }

  const parts = () => ({
    stateDir,
    database: paths.database,
    jobsDir: paths.jobs,
    models: (catalog?.list() ?? []).filter(({ state }) => state === 'ready').map(({ id }) => id),
    version,
    thread,
  })

  /** Either way: a clock that was set back must not put the next one off. */
  const isOver = (sinceMs: number | null | undefined, everyMs: number) => sinceMs == null || Math.abs(nowMs() - sinceMs) >= everyMs

  async function backUpIfDue(): Promise<void> {
    const { backupEveryMs, keepBackups } = store.settings.scheduler()
    const newest = keptBackups(paths.backups).find(({ isRegular }) => isRegular)
    // One that fails (a full disk) is tried again at the next look, not sooner than after a tenth of the time.
    if (backupEveryMs === null || !isOver(newest?.atMs, backupEveryMs) || !isOver(triedAtMs, backupEveryMs / 10))
      return
    triedAtMs = nowMs()
    await makeRegularBackup(thread, paths.database, paths.backups, keepBackups, nowMs())
  }

  async function pruneIfDue(): Promise<void> {
    if (!isOver(prunedAtMs, pruneEveryMs))
      return
    prunedAtMs = nowMs()
    await forget()
  }

  async function forget(): Promise<Pruned> {
    const pruned = await prune(store, paths.jobs, nowMs(), closing.signal)
    pruned.jobs.forEach(changes.job)
    if (pruned.jobs.length > 0 || pruned.events > 0)
      log.info({ jobs: pruned.jobs.length, events: pruned.events }, 'forgot what was older than the settings keep')
    return pruned
  }

  function look(): void {
    for (const [what, work] of [['the regular backup failed', backUpIfDue], ['old jobs and events could not be forgotten', pruneIfDue]] as const)
      alone(async () => closing.signal.aborted ? undefined : work()).catch((thrown: unknown) => log.error({ err: thrown }, what))
  }

  return {
    /** See `backUp`. */
    backUp: (file: string): Promise<BackUpReport> => alone(() => backUp(parts(), file, nowMs)),
    /** See `cloneLab`. */
    clone: (dir: string, withJobs: boolean): Promise<{ readonly dir: string, readonly jobs: number }> => alone(() => cloneLab(parts(), dir, withJobs, nowMs())),
    /** Forgets what is old now, see `prune`. */
    prune: (): Promise<Pruned> => alone(forget),
    /** Begins to keep the schedule; what is overdue is done at once. */
    start(): void {
      look()
      timer = setInterval(look, lookEveryMs)
    },
    /** Waits for what is under way. */
    async close(): Promise<void> {
      clearInterval(timer)
      closing.abort()
      await last
    },
  }
}

export type Keeping = ReturnType<typeof createKeeping>
