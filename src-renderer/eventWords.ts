import type { EventRow } from '@contract/model'
import { duration, plural } from './format'

/** How an event reads: what happened, and what more is known of it. */
export interface EventWords { readonly words: string, readonly detail: string }

type Data = EventRow['data']

const requeuedWhy: Readonly<Record<string, string>> = {
  'worker-crashed': 'its worker died; it goes on from its last checkpoint',
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

function rest(data: Data): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' · ')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
