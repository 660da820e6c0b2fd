import type { JobState, JobSummary } from '@contract/model'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { call } from '../bridge'
import { pulled } from './pulled'

/** The newest jobs, as many as the list shows. */
export const listLimit = 1000

export const useJobs = defineStore('jobs', () => {
  const { value: list, loaded, error, refresh } = pulled<readonly JobSummary[]>([], () => call('jobs.list', { limit: listLimit }), changed => changed.topics.includes('jobs'))
  const counts = computed(() => {
    const byState: Record<JobState, number> = { queued: 0, running: 0, done: 0, failed: 0, cancelled: 0 }
    for (const { state } of list.value)
      byState[state] += 1
    return byState
  })
  return { list, loaded, error, refresh, counts }
})
