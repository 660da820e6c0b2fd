import type { EventRow } from '@contract/model'

const words: Readonly<Record<string, string>> = {
  'job.submitted': 'Submitted',
  'job.queued': 'Queued',
  'job.requeued': 'Back in the queue',
  'job.started': 'Started',
  'job.running': 'Running',
  'job.checkpoint': 'Checkpoint: results so far are durable',
  'job.progress': 'Progress',
  'job.done': 'Done',
  'job.failed': 'Failed',
  'job.cancelled': 'Cancelled',
  'job.retried': 'Submitted again as a new job',
  'item.done': 'Result written',
  'item.failed': 'Input failed',
  'slice.leased': 'Slice leased',
  'slice.released': 'Slice released',
  'lease.granted': 'Slice leased',
  'lease.released': 'Slice released',
  'lease.revoked': 'Lease taken back',
  'worker.started': 'Worker started',
  'worker.ready': 'Worker ready, model loaded',
  'worker.exited': 'Worker exited',
  'worker.crashed': 'Worker crashed',
  'worker.hung': 'Worker stopped answering',
  'worker.log': 'Worker says',
}

/** An event in words; types that this window does not know are spelled out. */
export function eventWords(type: string): string {
  const spelled = type.replaceAll(/[._]/g, ' ')
  return words[type] ?? spelled.charAt(0).toUpperCase() + spelled.slice(1)
}

/** The event's data as one line of `key value` pairs; nested values as JSON. */
export function eventDetail(data: EventRow['data']): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' · ')
}
