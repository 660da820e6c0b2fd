import type { Database } from 'better-sqlite3'
import type { SchedulerSettings } from '../contract/model'

const day = 24 * 3_600_000

export const usualSettings: SchedulerSettings = {
  halfLifeMs: 7 * day,
  agingMs: 600_000,
  preemption: true,
  moving: true,
  reservations: 64,
  keepJobsMs: 90 * day,
  keepEventsMs: 90 * day,
  backupEveryMs: day,
  keepBackups: 7,
}

/** How the scheduler weighs, as the admin set it. */
export function settingRepository(db: Database) {
  const get = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?')
  const set = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
  return {
    scheduler: (): SchedulerSettings => ({ ...usualSettings, ...JSON.parse(get.get('scheduler')?.value ?? '{}') }),
    setScheduler: (settings: SchedulerSettings): void => void set.run('scheduler', JSON.stringify(settings)),
  }
}
