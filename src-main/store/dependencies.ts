import type { Database } from 'better-sqlite3'
import type { JobState } from '../contract/model'

export interface DependencyRow {
  readonly jobId: string
  readonly onJobId: string
  readonly needs: 'success' | 'end'
}

export function dependencyRepository(db: Database) {
  const insert = db.prepare('INSERT INTO dependency (jobId, onJobId, needs) VALUES (@jobId, @onJobId, @needs)')
  const ofJob = db.prepare<[string], DependencyRow>('SELECT * FROM dependency WHERE jobId = ? ORDER BY onJobId')
  const waiting = db.prepare<[], DependencyRow & { state: JobState | null }>(`SELECT dependency.*, other.state FROM dependency
    JOIN job ON job.id = dependency.jobId AND job.state IN ('queued', 'suspended') LEFT JOIN job other ON other.id = dependency.onJobId`)
  return {
    insert: (row: DependencyRow): void => void insert.run(row),
    ofJob: (jobId: string): DependencyRow[] => ofJob.all(jobId),
    /** What all jobs that have not started wait for, with the state it is in; null for a job that is no longer there. */
    waiting: () => waiting.all(),
  }
}
