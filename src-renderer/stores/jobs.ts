import type { JobState, JobSummary } from '@contract/model'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { call } from '../bridge'
import { pulled } from './pulled'

/** As many of the newest jobs as are read. */
export const listLimit = 1000

/** Those that run, which may be older than a long queue behind them, then the newest others. */
async function readNewest(): Promise<readonly JobSummary[]> {
  const newest = await call('jobs.list', { limit: listLimit })
  const running = newest.length < listLimit ? newest.filter(isRunning) : await call('jobs.list', { states: ['running'] })
  return [...running, ...newest.filter(job => !isRunning(job))]
}

function isRunning(job: JobSummary): boolean {
  return job.state === 'running'
}

export const useJobs = defineStore('jobs', () => {
  const { value: list, loaded, error, refresh } = pulled<readonly JobSummary[]>([], readNewest, changed => changed.topics.includes('jobs'))
  const counts = computed(() => {
    const byState: Record<JobState, number> = { queued: 0, running: 0, suspended: 0, done: 0, failed: 0, cancelled: 0 }
    for (const { state } of list.value)
      byState[state] += 1
    return byState
  })
  const byId = (id: string) => list.value.find(job => job.id === id)
  return { list, loaded, error, refresh, counts, byId }
})
