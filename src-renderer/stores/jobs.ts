import type { JobState, JobSummary } from '@contract/model'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { call } from '../bridge'
import { pulled } from './pulled'

const mostRunning = 10_000

interface Overview {
  /** Jobs that hold slices. */
  readonly running: readonly JobSummary[]
  readonly states: Readonly<Partial<Record<JobState, number>>>
}

async function read(): Promise<Overview> {
  const [running, { states }] = await Promise.all([call('jobs.list', { states: ['running'], limit: mostRunning }), call('jobs.query', { limit: 1 })])
  return { running, states }
}

/** How many jobs there are in each state, and those that run: what the rest of the window needs of them. */
export const useJobs = defineStore('jobs', () => {
  const { value, loaded, error, refresh } = pulled<Overview>({ running: [], states: {} }, read, changed => changed.topics.includes('jobs'))
  const counts = computed<Readonly<Record<JobState, number>>>(() => ({ queued: 0, running: 0, suspended: 0, done: 0, failed: 0, cancelled: 0, ...value.value.states }))
  const total = computed(() => Object.values(counts.value).reduce((sum, count) => sum + count, 0))
  /** A job that runs, by its id. */
  const byId = (id: string) => value.value.running.find(job => job.id === id)
  return { loaded, error, refresh, counts, total, byId }
})
