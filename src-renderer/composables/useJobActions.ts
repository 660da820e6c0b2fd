import type { JobSummary } from '@contract/model'
import { call } from '../bridge'
import { goTo } from '../route'
import { useConfirm } from '../stores/confirm'
import { useToasts } from '../stores/toasts'

export function canCancel(job: Pick<JobSummary, 'state'>): boolean {
  return job.state === 'queued' || job.state === 'running'
}

/** What a person can do to a job, from the list and from its page. */
export function useJobActions() {
  const toasts = useToasts()
  const confirm = useConfirm()

  async function cancel(job: JobSummary) {
    const left = job.counts.total - job.counts.done - job.counts.failed
    const agreed = await confirm.ask({
      title: `Cancel “${job.title}”?`,
      body: job.state === 'running'
        ? `It is running; ${left} of ${job.counts.total} inputs are left. Results so far are kept and its slice is released.`
        : 'It is still in the queue and has not run.',
      action: 'Cancel the job',
    })
    if (agreed)
      await toasts.attempt(() => call('jobs.cancel', { id: job.id }))
  }

  /** Submits the job again and opens the new one. */
  async function retry(job: JobSummary, onlyFailed = false) {
    const again = await toasts.attempt(() => call('jobs.retry', { id: job.id, onlyFailed }))
    if (again)
      goTo({ view: 'job', id: again.id })
  }

  return { cancel, retry }
}
