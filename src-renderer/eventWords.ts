import type { BackendId, EventRow } from '@contract/model'
import { duration, pause, plural } from './format'
import { backendWords } from './words'

/** How an event reads: what happened, and what more is known of it. */
export interface EventWords { readonly words: string, readonly detail: string }

type Data = EventRow['data']

const requeuedWhy: Readonly<Record<string, string>> = {
  'worker-died': 'its worker died; it goes on from its last checkpoint',
  'worker-killed': 'its worker was ended from outside; it goes on from its last checkpoint',
  'revoked': 'its lease was taken back; it goes on from its last checkpoint',
  'displaced': 'its slice was wanted for something else; it goes on from its last checkpoint',
  'lab-closed': 'the lab was closed; it goes on from its last checkpoint',
  'owner-died': 'the process that ran the lab died; it goes on from its last checkpoint',
}

const known: Readonly<Record<string, (data: Data) => EventWords>> = {
  'job.queued': data => ({ words: 'Queued', detail: rest(data) }),
  'job.started': ({ slice }) => ({ words: 'Started on a slice', detail: sliceWords(slice) }),
  'job.loaded': ({ loadMs }) => ({ words: 'Model loaded', detail: typeof loadMs === 'number' ? `in ${duration(loadMs)}` : '' }),
  'job.progressed': ({ done, failed }) => ({ words: 'Checkpoint', detail: `${plural(Number(done) || 0, 'result')} written${Number(failed) > 0 ? `, ${plural(Number(failed), 'input')} failed` : ''}` }),
  'job.requeued': ({ why }) => ({ words: 'Back in the queue', detail: requeuedWhy[String(why)] ?? String(why ?? '') }),
  'job.finished': ({ error }) => isRecord(error) ? { words: 'Failed', detail: String(error.message ?? error.code ?? '') } : { words: 'Done', detail: '' },
  'job.suspended': () => ({ words: 'Suspended', detail: 'its slice was given back' }),
  'job.resumed': () => ({ words: 'Resumed', detail: 'back in the queue' }),
  'job.moved': ({ slice, warmMs }) => ({ words: 'Moved to another slice', detail: [sliceWords(slice), typeof warmMs === 'number' ? `warmed up in ${duration(warmMs)}` : ''].filter(Boolean).join(' · ') }),
  'job.paused': ({ pauseMs }) => ({ words: 'Goes on there', detail: typeof pauseMs === 'number' ? `it stood still for ${pause(pauseMs)}` : '' }),
  'job.ran': ({ report }) => ({ words: 'Nodes were placed', detail: reportWords(report) }),
  'job.cancelled': () => ({ words: 'Cancelled', detail: '' }),
  'job.log': ({ text }) => ({ words: 'The worker says', detail: String(text ?? '') }),
}

/** An event in words; types that this window does not know are spelled out with all their data. */
export function eventWords({ type, data }: Pick<EventRow, 'type' | 'data'>): EventWords {
  const say = known[type]
  if (say)
    return say(data)
  const spelled = type.replaceAll(/[._-]/g, ' ')
  return { words: spelled.charAt(0).toUpperCase() + spelled.slice(1), detail: rest(data) }
}

function sliceWords(slice: unknown): string {
  return isRecord(slice) ? `${slice.profile} {start: ${slice.start}, size: ${slice.size}} of ${slice.device}, ${slice.id}` : ''
}

function reportWords(report: unknown): string {
  if (!isRecord(report) || !Array.isArray(report.nodes))
    return ''
  const nodes = report.nodes.filter(isRecord).map(({ backend, count }) => `${Number(count) || 0} on ${backendWords[backend as BackendId] ?? String(backend)}`).join(', ')
  return report.fallback === null || report.fallback === undefined ? nodes : `${nodes}. ${String(report.fallback)}`
}

function rest(data: Data): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' · ')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
