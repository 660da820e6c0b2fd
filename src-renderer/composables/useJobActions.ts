import type { JobSummary } from '@contract/model'
import { call } from '../bridge'
import { goTo } from '../route'
import { useConfirm } from '../stores/confirm'
import { useToasts } from '../stores/toasts'

export function canCancel(job: Pick<JobSummary, 'state'>): boolean {
  return job.state === 'queued' || job.state === 'running' || job.state === 'suspended'
}

export function canSuspend(job: Pick<JobSummary, 'state'>): boolean {
  return job.state === 'queued' || job.state === 'running'
}

export function canMove(job: Pick<JobSummary, 'state'>): boolean {
  return job.state === 'running'
}

/** Whether its place in line, its priority and its queue can be changed. */
export function canReorder(job: Pick<JobSummary, 'state'>): boolean {
  return job.state === 'queued'
}

/** What a person can do to a job, from the list and from its page. */
export function useJobActions() {
  const toasts = useToasts()
  const confirm = useConfirm()

  async function cancel(job: JobSummary) {
    const agreed = await confirm.ask({
      title: `Cancel “${job.name ?? job.title}”?`,
      body: whatCancelEnds(job),
      action: 'Cancel the job',
    })
    if (agreed)
      await toasts.attempt(() => call('jobs.cancel', { id: job.id }))
  }

  /** Stops the job at the end of what it is at, or lets it go on from there; nothing where its state allows neither. */
  async function suspendOrResume(job: JobSummary) {
    if (job.state === 'suspended')
      await toasts.attempt(() => call('jobs.resume', { id: job.id }))
    else if (canSuspend(job))
      await toasts.attempt(() => call('jobs.suspend', { id: job.id }))
  }

  /** Takes a waiting job out of its line, or puts it back; nothing where its state allows neither. */
  async function holdOrRelease(job: Pick<JobSummary, 'id' | 'state'>) {
    if (job.state === 'suspended')
      await toasts.attempt(() => call('jobs.release', { id: job.id }))
    else if (job.state === 'queued')
      await toasts.attempt(() => call('jobs.hold', { id: job.id }))
  }

  /** Gives a waiting job another priority or queue. */
  async function reorder(id: string, change: { readonly priority?: number, readonly queue?: string }) {
    await toasts.attempt(() => call('jobs.reorder', { id, ...change }))
  }

  /** Submits the job again and opens the new one. */
  async function retry(job: JobSummary, onlyFailed = false) {
    const again = await toasts.attempt(() => call('jobs.retry', { id: job.id, onlyFailed }))
    if (again)
      goTo({ view: 'job', id: again.id })
  }

  return { cancel, retry, suspendOrResume, holdOrRelease, reorder }
}

function whatCancelEnds({ state, serving, counts }: JobSummary): string {
  if (serving && state === 'running')
    return 'It answers requests; those that come afterwards fail. Its slice is released.'
  const left = counts.total - counts.done - counts.failed
  if (state === 'running')
    return `It is running; ${left} of ${counts.total} inputs are left. Results so far are kept and its slice is released.`
  return state === 'suspended' ? `It is suspended; ${left} of ${counts.total} inputs are left. Results so far are kept.` : 'It is still in the queue and has not run.'
}
