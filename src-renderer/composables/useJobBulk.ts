import type { BulkAction, BulkOutcome } from '../jobList/bulkWords'
import type { JobQuestion } from '../jobList/question'
import type { JobSelection } from './useJobSelection'
import { shallowRef } from 'vue'
import { call } from '../bridge'
import { plural } from '../format'
import { bulkWords, manyJobs, outcomeWords } from '../jobList/bulkWords'
import { filterOf, isFiltering } from '../jobList/question'
import { useConfirm } from '../stores/confirm'
import { useToasts } from '../stores/toasts'

/** Does the same to all jobs that are selected, after asking where it cannot be taken back or concerns many. */
export function useJobBulk(selection: JobSelection, question: () => JobQuestion) {
  const confirm = useConfirm()
  const toasts = useToasts()
  const busy = shallowRef(false)
  /** What the last one refused, until it was looked at. */
  const report = shallowRef<{ readonly action: BulkAction, readonly outcome: BulkOutcome } | null>(null)

  async function run(action: BulkAction, value?: number | string) {
    const count = selection.count.value
    const { verb, body } = bulkWords[action]
    const whole = selection.selection.value.isAll ? `These are all${isFiltering(question()) ? ' that fit the filter' : ' jobs of the lab'}, also those that are not in sight. ` : ''
    if (count === 0)
      return
    if ((action === 'cancel' || count >= manyJobs) && !await confirm.ask({ title: `${verb} ${plural(count, 'job')}?`, body: whole + body, action: `${verb} ${plural(count, 'job')}`, isCalm: action !== 'cancel' }))
      return
    busy.value = true
    const outcome = await toasts.attempt(async () => {
      const ids = await selection.ids()
      return call('jobs.bulk', { action, ...ids ? { ids: [...ids] } : { filter: filterOf(question()) }, ...value !== undefined && { value } })
    })
    busy.value = false
    if (!outcome)
      return
    if (outcome.refused.length > 0)
      report.value = { action, outcome }
    else
      toasts.notice(outcomeWords(action, outcome))
  }

  return { busy, report, run }
}

export type JobBulk = ReturnType<typeof useJobBulk>
