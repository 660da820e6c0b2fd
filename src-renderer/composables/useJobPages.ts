import type { CallOutput } from '@contract/calls'
import type { ErrorShape } from '@contract/errors'
import type { JobSummary } from '@contract/model'
import type { JobQuestion } from '../jobList/question'
import { onScopeDispose, shallowRef, watch } from 'vue'
import { call, on, shapeOf } from '../bridge'
import { createPager } from '../jobList/pager'
import { filterOf } from '../jobList/question'
import { createPull } from '../stores/pull'

const pageSize = 100
const mostPerRead = 10
const mostKept = 60
/** Someone who types is left in peace until they pause. */
const typingMs = 200

type Whole = Omit<CallOutput<'jobs.query'>, 'rows'>

/** The jobs that fit a question, read page by page as they come into sight and again as they change. */
export function useJobPages(question: () => JobQuestion) {
  const whole = shallowRef<Whole | null>(null)
  const error = shallowRef<ErrorShape | null>(null)
  /** Grows with each page that arrives: what shows rows reads it, to be drawn again. */
  const version = shallowRef(0)

  function query(offset: number, limit: number) {
    const { sort, group } = question()
    return call('jobs.query', { filter: filterOf(question()), sort, group, offset, limit })
  }

  const pager = createPager<JobSummary, Whole>({
    pageSize,
    mostPerRead,
    mostKept,
    async read(offset, limit) {
      const { rows, ...rest } = await query(offset, limit)
      return { rows, whole: rest }
    },
    changed(now) {
      whole.value = now
      error.value = null
      version.value += 1
    },
    failed: thrown => error.value = shapeOf(thrown),
  })
  const pull = createPull(() => pager.invalidate())
  const unsubscribe = on('changed', ({ topics }) => (topics.includes('jobs') || topics.includes('queues')) && pull.request())
  let typing: ReturnType<typeof setTimeout> | undefined

  watch(() => JSON.stringify([filterOf(question()), question().sort, question().group]), (_now, before) => {
    clearTimeout(typing)
    if (before === undefined)
      void pager.reset()
    else
      typing = setTimeout(() => void pager.reset(), typingMs)
  }, { immediate: true })

  onScopeDispose(() => {
    clearTimeout(typing)
    unsubscribe()
    pull.stop()
  })

  /** Ids of the rows from one offset to another, both included, whether they were read before or not. */
  async function idsBetween(from: number, to: number): Promise<string[]> {
    const ids: string[] = []
    const most = pageSize * mostPerRead
    for (let offset = from; offset <= to; offset += most) {
      const { rows } = await query(offset, Math.min(most, to - offset + 1))
      ids.push(...rows.map(({ id }) => id))
    }
    return ids
  }

  return {
    whole,
    error,
    version,
    want: (offsets: Iterable<number>) => void pager.want(offsets),
    refresh: pull.request,
    rowAt: (offset: number): JobSummary | undefined => version.value >= 0 ? pager.rowAt(offset) : undefined,
    offsetOf: pager.offsetOf,
    idsBetween,
  }
}

export type JobPages = ReturnType<typeof useJobPages>
