import type { EventRow, Why } from '../contract/model'
import { rules } from '../contract/model'

type Decided = Why['decisions'][number]

/** What was decided about a job, from its events: each with its rule and who was on the other side. */
export function decisionsOf(events: readonly EventRow[]): Decided[] {
  return events.flatMap((event): Decided[] => {
    const rule = ruleOf(event.data.rule)
    switch (event.type) {
      case 'job.started':
        return [decided(event, 'started', rule, null)]
      case 'job.asked-to-leave':
        return [decided(event, 'was asked to leave its slice', rule, text(event.data.by))]
      case 'job.makes-way':
        return [decided(event, 'another job was asked to make way for it', rule, text(event.data.victim))]
      case 'job.moved-aside':
        return [decided(event, 'was moved to another slice', rule, text(event.data.by))]
      case 'job.requeued':
        return [decided(event, event.data.why === 'preempted' ? 'left its slice and went back to its queue' : `went back to its queue: ${String(event.data.why)}`, rule, text(event.data.by))]
      case 'job.retried':
        return [{ ...decided(event, 'failed and is tried again', null, null), words: messageOf(event.data.error) }]
      case 'job.suspended':
      case 'job.resumed':
      case 'job.reordered':
      case 'job.cancelled':
        return [decided(event, event.type.slice('job.'.length), 'by-hand', null)]
      case 'job.finished':
        return [{ ...decided(event, event.data.error ? 'failed' : 'was done', null, null), words: messageOf(event.data.error) }]
      default:
        return []
    }
  })
}

function decided({ atMs }: EventRow, what: string, rule: Decided['rule'], other: string | null): Decided {
  return { atMs, what, rule, words: rule === null ? '' : rules[rule], other }
}

function ruleOf(value: unknown): Decided['rule'] {
  return typeof value === 'string' && value in rules ? value as Decided['rule'] : null
}

/** What an error says, if there is one. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : ''
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
