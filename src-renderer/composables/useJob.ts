import type { EventRow, Job } from '@contract/model'
import { onScopeDispose } from 'vue'
import { call } from '../bridge'
import { pulled } from '../stores/pulled'

const eventPage = 500

/** A job with all its items, followed while its page is open. */
export function useJob(id: string) {
  const job = pulled<Job | null>(null, () => call('jobs.get', { id }), changed => changed.jobs.includes(id))
  onScopeDispose(job.stop)
  return job
}

/** The event log of one subject, oldest first; each read asks only for what came after the last one. */
export function useEvents(subject: string) {
  const log = pulled<readonly EventRow[]>([], async (before) => {
    let rows = before
    for (;;) {
      const page = await call('events.list', { subject, after: rows.at(-1)?.seq ?? 0, limit: eventPage })
      rows = [...rows, ...page]
      if (page.length < eventPage)
        return rows
    }
  }, changed => changed.jobs.includes(subject))
  onScopeDispose(log.stop)
  return log
}
