import type { CallInput } from '@contract/calls'
import type { JobState, PriorityClass } from '@contract/model'
import type { JobGroupKey, JobSortKey } from '../queueWords'

/** Which jobs a person wants to see, in which order; an empty text or list asks nothing. */
export interface JobQuestion {
  readonly states: readonly JobState[]
  readonly text: string
  readonly tenant: string
  readonly queue: string
  readonly classes: readonly PriorityClass[]
  /** `key=value` pairs with spaces or commas between them. */
  readonly labels: string
  readonly sort: { readonly by: JobSortKey, readonly descending: boolean }
  readonly group: JobGroupKey | null
}

export const everyJob: JobQuestion = {
  states: [],
  text: '',
  tenant: '',
  queue: '',
  classes: [],
  labels: '',
  sort: { by: 'submitted', descending: true },
  group: null,
}

export type JobFilter = NonNullable<CallInput<'jobs.query'>['filter']>

/** The part of a question that chooses jobs, as the lab wants it. Labels that are not yet a whole `key=value` ask nothing. */
export function filterOf({ states, text, tenant, queue, classes, labels }: JobQuestion): JobFilter {
  const pairs = labels.split(/[\s,]+/).filter(pair => /^[\w.-]+=./.test(pair))
  return {
    ...states.length > 0 && { states: [...states] },
    ...text.trim() && { text: text.trim() },
    ...tenant && { tenant },
    ...queue && { queue },
    ...classes.length > 0 && { classes: [...classes] },
    ...pairs.length > 0 && { labels: pairs },
  }
}

export function isFiltering(question: JobQuestion): boolean {
  return Object.keys(filterOf(question)).length > 0
}

/** Keys whose natural first order is the largest or newest first. */
const descendingFirst: readonly JobSortKey[] = ['submitted', 'priority', 'queued', 'run', 'ended']

/** What a click on a column's head asks for: that column, or its other direction. */
export function sortedBy({ sort }: JobQuestion, by: JobSortKey): JobQuestion['sort'] {
  return { by, descending: sort.by === by ? !sort.descending : descendingFirst.includes(by) }
}
