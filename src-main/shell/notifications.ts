import type { BrowserWindow } from 'electron'
import type { EventRow, JobSummary } from '../contract/model'
import type { Lab } from '../lab'
import { Notification } from 'electron'
import { notable, noticeOf } from '../telemetry/notices'

/** What happens within so many ms is told of together. */
const gatherMs = 1000

/** Most events read at once; after a long sleep the older ones are passed over. */
const mostEvents = 1000

/** Tells the person of the end of their own jobs while the window is not in front. A click shows the job. */
export function notifyOfOwnJobs(lab: Lab, window: BrowserWindow, show: (job: string | null) => void): void {
  let seenSeq: number | null = null
  let timer: NodeJS.Timeout | undefined

  const stop = lab.on('changed', ({ seq, jobs }) => {
    seenSeq ??= seq
    if (jobs.length > 0)
      timer ??= setTimeout(() => void tell(), gatherMs)
  })
  window.once('closed', () => {
    clearTimeout(timer)
    stop()
  })

  async function tell(): Promise<void> {
    timer = undefined
    const events: EventRow[] = await lab.router.call('events.list', { after: seenSeq ?? 0, limit: mostEvents })
    seenSeq = events.at(-1)?.seq ?? seenSeq
    const happened = notable(events)
    if (happened.size === 0 || window.isDestroyed() || window.isFocused() || !Notification.isSupported())
      return
    const jobs: JobSummary[] = await Promise.all([...happened.keys()].slice(0, 100).map(id => lab.router.call('jobs.get', { id })))
    const notice = noticeOf(happened, jobs)
    if (notice === null)
      return
    const notification = new Notification({ title: notice.title, body: notice.body })
    notification.on('click', () => show(notice.job))
    notification.show()
  }
}
