import type { TimelineItem } from '@contract/model'
import { duration, moment } from '../format'

const kindWords: Readonly<Record<TimelineItem['kind'], string>> = {
  past: 'ended',
  running: 'runs now',
  planned: 'planned',
  window: 'window',
  outside: 'held from outside',
}

const endWords: Readonly<Record<string, string>> = {
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  requeued: 'put back to its queue',
  preempted: 'evicted for others',
  moved: 'moved to another slice',
}

/** `runs now, of physics/ann` */
export function stateWords({ kind, ended, tenant }: Pick<TimelineItem, 'kind' | 'ended' | 'tenant'>): string {
  return `${ended === null ? kindWords[kind] : endWords[ended] ?? ended}${tenant ? `, ${kind === 'window' ? 'kept for' : 'of'} ${tenant}` : ''}`
}

/** `14:02:11 to 14:09:40, 7 m 29 s` */
export function timeWords(item: Pick<TimelineItem, 'fromMs' | 'toMs'>, nowMs: number): string {
  const from = moment(item.fromMs, nowMs)
  return item.toMs === null ? `since ${from}, nothing says when it ends` : `${from} to ${moment(item.toMs, nowMs)}, ${duration(item.toMs - item.fromMs)}`
}
