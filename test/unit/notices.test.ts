import type { EventRow, JobSummary } from '../../src-main/contract/model'
import { describe, expect, it } from 'vitest'
import { notable, noticeOf } from '../../src-main/telemetry/notices'

const event = (type: string, subject: string, data: EventRow['data'] = {}): EventRow => ({ seq: 1, atMs: 0, type, subject, data })
const job = (id: string, different: Partial<JobSummary>) => ({ id, name: null, title: 'scan.png', tenant: 'me', state: 'done' as const, counts: { total: 3, done: 3, failed: 0 }, error: null, ...different })

describe('word of one\'s own jobs', () => {
  it('is of their end and of evictions, and of nothing else', () => {
    const happened = notable([event('job.queued', 'a'), event('job.finished', 'b'), event('job.requeued', 'c', { why: 'preempted' }), event('job.requeued', 'd', { why: 'worker-died' })])
    expect([...happened]).toEqual([['b', 'ended'], ['c', 'evicted']])
  })

  it('says how it ended, by the name that was given', () => {
    expect(noticeOf(new Map([['a', 'ended']]), [job('a', { name: 'Invoices' })])).toEqual({ title: 'Invoices is done', body: 'All 3 inputs have their result.', job: 'a' })
    expect(noticeOf(new Map([['a', 'ended']]), [job('a', { state: 'failed', error: { code: 'bad_model', message: 'The model is broken.', retryable: false } })])).toEqual({ title: 'scan.png failed', body: 'The model is broken.', job: 'a' })
    expect(noticeOf(new Map([['a', 'evicted']]), [job('a', { state: 'queued', counts: { total: 3, done: 1, failed: 0 } })])?.body).toContain('1 of 3 inputs')
  })

  it('is one for many, and none for other people\'s or for what went on meanwhile', () => {
    const happened = new Map([['a', 'ended'], ['b', 'ended'], ['c', 'ended'], ['d', 'evicted']] as const)
    expect(noticeOf(happened, [job('a', {}), job('b', { state: 'failed' }), job('c', { tenant: 'physics/ann' }), job('d', { state: 'running' })])).toEqual({ title: '2 of your jobs', body: '1 done, 1 failed', job: null })
    expect(noticeOf(happened, [job('c', { tenant: 'physics/ann' })])).toBeNull()
  })
})
