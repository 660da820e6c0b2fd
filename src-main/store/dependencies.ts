import type { Database } from 'better-sqlite3'
import type { JobState } from '../contract/model'

export interface DependencyRow {
  readonly jobId: string
  readonly onJobId: string
  readonly needs: 'success' | 'end'
}

/** What a job waits for, with the state it is in; null for a job that is no longer there. */
export interface DependencyState extends DependencyRow {
  readonly state: JobState | null
}

export function dependencyRepository(db: Database) {
  const insert = db.prepare('INSERT INTO dependency (jobId, onJobId, needs) VALUES (@jobId, @onJobId, @needs)')
  const ofJob = db.prepare<[string], DependencyRow>('SELECT * FROM dependency WHERE jobId = ? ORDER BY onJobId')
  const states = db.prepare<[string], DependencyState>('SELECT dependency.*, job.state FROM dependency LEFT JOIN job ON job.id = onJobId WHERE jobId = ? ORDER BY onJobId')
  const dependents = db.prepare<[string], { jobId: string }>('SELECT jobId FROM dependency WHERE onJobId = ? ORDER BY jobId')
  return {
    insert: (row: DependencyRow): void => void insert.run(row),
    ofJob: (jobId: string): DependencyRow[] => ofJob.all(jobId),
    states: (jobId: string): DependencyState[] => states.all(jobId),
    /** Jobs that wait for one, or waited. */
    dependentsOf: (jobId: string): string[] => dependents.all(jobId).map(row => row.jobId),
  }
}
