import type { Job, JobState } from '../../src-main/contract/model'
import { idTail } from './mockDevices'
import { makeJob, samples } from './mockJobs'
import { tenantPaths } from './mockTenants'

const minute = 60_000
const queues = [{ queue: 'normal', priorityClass: 'normal' }, { queue: 'course', priorityClass: 'normal' }, { queue: 'urgent', priorityClass: 'guaranteed' }, { queue: 'night', priorityClass: 'scavenger' }] as const
const states: readonly JobState[] = ['done', 'done', 'queued', 'done', 'failed', 'queued', 'done', 'cancelled', 'done', 'suspended']
const waits = [
  'its tenant students uses 41 % of the lab and is due 30 %',
  `3g.40gb is held by job_${idTail(1)}`,
  'it starts after 18:00 at the earliest',
  'its device is kept for ml-course until 12:00',
  'students may borrow no more: 2 devices beyond its guarantee are in use',
]

/** As many jobs of many people, in every state: for looking at a long list. */
export function crowd(count: number, nowMs: number): Job[] {
  return Array.from({ length: count }, (_, index) => {
    const spread = (index * 7919) % 104_729
    const state = states[spread % states.length]
    const { queue, priorityClass } = queues[spread % 11 % queues.length]
    return makeJob({
      number: 100_000 + index,
      state,
      recipe: spread % 3 ? 'ocr' : 'vad',
      inputs: [samples[spread % samples.length]],
      atMs: nowMs - index * minute / 10,
      rest: {
        name: spread % 4 === 0 ? `sweep-${Math.floor(index / 40)}` : null,
        tenant: tenantPaths[spread % tenantPaths.length],
        queue,
        priorityClass,
        priority: spread % 13 === 0 ? spread % 100 : 0,
        labels: spread % 5 === 0 ? { course: `ml-${spread % 3}`, run: String(spread % 50) } : {},
        waiting: state === 'queued' ? waits[spread % waits.length] : null,
        preemptions: spread % 97 === 0 ? 2 : 0,
      },
    })
  })
}
