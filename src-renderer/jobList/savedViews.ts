import type { JobQuestion } from './question'
import { jobGroupWords, jobSortWords } from '../queueWords'
import { jobStateWords } from '../words'
import { everyJob } from './question'

/** A question with a name, to be asked again. */
export interface SavedView {
  readonly name: string
  readonly question: JobQuestion
}

/** Views that come with the window and cannot be removed. */
export const readyViews: readonly SavedView[] = [
  { name: 'All jobs', question: everyJob },
  { name: 'Running', question: { ...everyJob, states: ['running'], sort: { by: 'run', descending: true } } },
  { name: 'Waiting, next first', question: { ...everyJob, states: ['queued'], sort: { by: 'line', descending: false } } },
  { name: 'Failed', question: { ...everyJob, states: ['failed'], sort: { by: 'ended', descending: true } } },
  { name: 'By tenant', question: { ...everyJob, states: ['queued', 'running', 'suspended'], group: 'tenant' } },
]

/** A view of the same name is replaced. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...views.filter(({ name }) => name !== view.name), view].toSorted((a, b) => a.name.localeCompare(b.name))
}

/** The view that asks exactly this, if there is one. */
export function viewOf(views: readonly SavedView[], question: JobQuestion): SavedView | undefined {
  const asked = canonical(question)
  return views.find(view => canonical(view.question) === asked)
}

function canonical({ states, text, tenant, queue, classes, labels, sort, group }: JobQuestion): string {
  return JSON.stringify([states.toSorted(), text.trim(), tenant, queue, classes.toSorted(), labels.trim(), sort.by, sort.descending, group])
}

/** Reads what was kept; what an older or newer window wrote and this one does not know is left out, never thrown. */
export function parseViews(text: string | null): SavedView[] {
  const kept = parsed(text)
  return Array.isArray(kept) ? kept.flatMap(each => isRecord(each) && typeof each.name === 'string' && isRecord(each.question) ? [{ name: each.name, question: questionFrom(each.question) }] : []) : []
}

/** A question out of anything: each part that is not well formed asks nothing. */
export function questionFrom(value: Record<string, unknown>): JobQuestion {
  const text = (key: string) => typeof value[key] === 'string' ? value[key] : ''
  const list = <T extends string>(key: string, among: readonly T[]) => Array.isArray(value[key]) ? among.filter(each => (value[key] as unknown[]).includes(each)) : []
  const sort = isRecord(value.sort) ? value.sort : {}
  return {
    states: list('states', Object.keys(jobStateWords) as (keyof typeof jobStateWords)[]),
    text: text('text'),
    tenant: text('tenant'),
    queue: text('queue'),
    classes: list('classes', ['guaranteed', 'normal', 'scavenger'] as const),
    labels: text('labels'),
    sort: {
      by: (Object.keys(jobSortWords) as (keyof typeof jobSortWords)[]).find(key => key === sort.by) ?? everyJob.sort.by,
      descending: typeof sort.descending === 'boolean' ? sort.descending : everyJob.sort.descending,
    },
    group: (Object.keys(jobGroupWords) as (keyof typeof jobGroupWords)[]).find(key => key === value.group) ?? null,
  }
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '[]')
  }
  catch {
    return []
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
