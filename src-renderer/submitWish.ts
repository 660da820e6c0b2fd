import type { CallInput } from '@contract/calls'

export type Submission = CallInput<'jobs.submit'>

/** What a person fills in beside inputs, model and slice; an empty field asks nothing. */
export interface SubmitWish {
  readonly name: string
  readonly tenant: string
  readonly queue: string
  readonly priority: number | ''
  readonly count: number | ''
  /** `key=value` pairs with spaces or commas between them. */
  readonly labels: string
  /** As a date field has it: `2026-11-24T18:00`, local time. */
  readonly notBefore: string
  readonly deadline: string
  readonly maxRunMin: number | ''
  readonly retries: number | ''
  readonly retryDelayS: number | ''
  /** Ids of jobs with spaces or commas between them. */
  readonly dependsOn: string
  readonly dependsOnEnd: boolean
  readonly hold: boolean
}

export const plainWish: SubmitWish = { name: '', tenant: '', queue: '', priority: '', count: '', labels: '', notBefore: '', deadline: '', maxRunMin: '', retries: '', retryDelayS: '', dependsOn: '', dependsOnEnd: false, hold: false }

const minuteMs = 60_000
const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)

/** The part of a submission that a wish means; labels without `=` have an empty value. */
export function requestOf(wish: SubmitWish): Partial<Submission> {
  const labels = Object.fromEntries(words(wish.labels).map((pair) => {
    const at = pair.indexOf('=')
    return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
  }))
  const dependsOn = words(wish.dependsOn).map(job => ({ job, on: wish.dependsOnEnd ? 'end' as const : 'success' as const }))
  return {
    ...wish.name.trim() && { name: wish.name.trim() },
    ...wish.tenant && { tenant: wish.tenant },
    ...wish.queue && { queue: wish.queue },
    ...wish.priority !== '' && { priority: wish.priority },
    ...wish.count !== '' && { count: wish.count },
    ...Object.keys(labels).length > 0 && { labels },
    ...wish.notBefore && { notBeforeMs: Date.parse(wish.notBefore) },
    ...wish.deadline && { deadlineMs: Date.parse(wish.deadline) },
    ...wish.maxRunMin !== '' && { maxRunMs: Math.round(wish.maxRunMin * minuteMs) },
    ...wish.retries !== '' && { retries: { max: wish.retries, ...wish.retryDelayS !== '' && { delayMs: Math.round(wish.retryDelayS * 1000) } } },
    ...dependsOn.length > 0 && { dependsOn },
    ...wish.hold && { hold: true },
  }
}

/** The wish that an earlier submission had, to be changed. Times that are over by now are left out. */
export function wishOf(submission: Partial<Submission>, nowMs: number): SubmitWish {
  const { labels, dependsOn, retries, maxRunMs, notBeforeMs, deadlineMs } = submission
  const field = (ms: number | undefined) => ms !== undefined && ms > nowMs ? dateField(ms) : ''
  return {
    name: submission.name ?? '',
    tenant: submission.tenant ?? '',
    queue: submission.queue ?? '',
    priority: submission.priority ?? '',
    count: submission.count ?? '',
    labels: Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`).join(' '),
    notBefore: field(notBeforeMs),
    deadline: field(deadlineMs),
    maxRunMin: maxRunMs === undefined ? '' : maxRunMs / minuteMs,
    retries: retries?.max ?? '',
    retryDelayS: retries?.delayMs === undefined ? '' : retries.delayMs / 1000,
    dependsOn: (dependsOn ?? []).map(({ job }) => job).join(' '),
    dependsOnEnd: dependsOn?.some(({ on }) => on === 'end') ?? false,
    hold: submission.hold ?? false,
  }
}

function dateField(ms: number): string {
  const shifted = new Date(ms - new Date(ms).getTimezoneOffset() * minuteMs)
  return shifted.toISOString().slice(0, 16)
}
