import type { CallOutput, CallParsed } from '../contract/calls'
import type { JobState, JobSummary } from '../contract/model'
import type { JobFilter } from '../store/jobQuery'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { JobService } from './jobService'
import type { Ledger } from './ledger'
import type { Registry } from './registry'
import { toErrorShape, TrancheError } from '../contract/errors'
import { jobStates } from '../contract/model'
import { everMs } from './plan/lineKey'

type Filter = NonNullable<CallParsed<'jobs.bulk'>['filter']>
type Bulk = CallParsed<'jobs.bulk'>

/** Jobs that one transaction changes. */
const bulkPart = 200

export interface JobQueryDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly registry: Registry
  readonly jobs: JobService
  readonly summary: (row: JobRow) => JobSummary
}

/** Jobs by the hundred thousand: pages of them, and the same for many. */
export function createJobQueryService({ store, ledger, registry, jobs, summary }: JobQueryDeps) {
  function resolve({ states, text, tenant, queue, classes, labels }: Filter): JobFilter {
    const ofClass = classes && registry.queues().filter(({ terms }) => classes.includes(terms.priorityClass)).map(({ id }) => id)
    const named = queue === undefined ? undefined : registry.queueNamed(queue).id
    return {
      states,
      text,
      labels,
      tenants: tenant === undefined ? undefined : [...registry.below(registry.tenant(tenant).id)],
      queues: named === undefined ? ofClass : ofClass === undefined || ofClass.includes(named) ? [named] : [],
    }
  }

  function act(action: Bulk['action'], id: string, value: Bulk['value']): unknown {
    switch (action) {
      case 'cancel':
        return jobs.cancel(id)
      case 'hold':
        return jobs.hold(id)
      case 'release':
      case 'resume':
        return jobs.resume(id)
      case 'suspend':
        return jobs.suspend(id)
      case 'retry':
        return jobs.retry({ id, onlyFailed: true })
      case 'priority':
        if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 1000)
          throw new TrancheError('invalid_input', 'A priority is a whole number from -1000 to 1000.')
        return jobs.reorder({ id, priority: value })
      case 'queue':
        if (typeof value !== 'string')
          throw new TrancheError('invalid_input', 'Name the queue that they go to.')
        return jobs.reorder({ id, queue: value })
    }
  }

  /** Group keys that are ids, in words. */
  const words = (group: CallParsed<'jobs.query'>['group'], key: string): string => group === 'tenant' ? registry.pathOf(key) : group === 'queue' ? registry.queue(key)?.name ?? key : key

  return {
    query({ filter, group, ...page }: CallParsed<'jobs.query'>): CallOutput<'jobs.query'> {
      const wanted = resolve(filter)
      const counts = new Map(store.jobQueries.groups({ ...wanted, states: undefined }, 'state').map(({ key, count }) => [key, count]))
      const states = Object.fromEntries(jobStates.map(state => [state, counts.get(state) ?? 0])) as Record<JobState, number>
      return {
        total: (wanted.states ?? jobStates).reduce((sum, state) => sum + states[state], 0),
        rows: store.jobQueries.page(wanted, { group, ...page }, registry.settings().agingMs ?? everMs).flatMap((id) => {
          const row = store.jobs.get(id)
          return row ? [summary(row)] : []
        }),
        groups: group === null ? [] : store.jobQueries.groups(wanted, group).map(({ key, count }) => ({ key: words(group, key), count })),
        states,
      }
    },
    /** In parts, each of them one transaction, so that the lab goes on meanwhile. */
    async bulk({ action, ids, filter, value }: Bulk): Promise<CallOutput<'jobs.bulk'>> {
      const meant = ids ?? store.jobQueries.ids(resolve(filter ?? {}))
      const refused: { id: string, message: string }[] = []
      const leaving: Promise<void>[] = []
      const refuse = (id: string) => (thrown: unknown) => void refused.push({ id, message: toErrorShape(thrown).message })
      for (let first = 0; first < meant.length; first += bulkPart) {
        ledger.commit(() => {
          for (const id of meant.slice(first, first + bulkPart)) {
            try {
              const acting = ledger.commit(() => act(action, id, value))
              if (acting instanceof Promise)
                leaving.push(acting.then(() => undefined, refuse(id)))
            }
            catch (thrown) {
              if (toErrorShape(thrown).code === 'disk_full')
                throw thrown
              refuse(id)(thrown)
            }
          }
        })
        await new Promise(resolve => setImmediate(resolve))
      }
      await Promise.all(leaving)
      return { done: meant.length - refused.length, refused: refused.slice(0, 1000) }
    },
  }
}
