import type { Asleep } from '../../src-main/scheduler/book'
import type { JobRow } from '../../src-main/store/jobs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBook } from '../../src-main/scheduler/book'
import { lineKey } from '../../src-main/scheduler/plan/lineKey'
import { jobRow } from '../helpers/jobRow'

const agingMs = 1000

function newBook(asleep: ReadonlyMap<string, Asleep> = new Map(), dependents: ReadonlyMap<string, readonly string[]> = new Map()) {
  return createBook({ nowMs: () => 0, rankOf: () => 0, agingMs: () => agingMs, eligibility: ({ id }) => asleep.get(id) ?? { ready: true }, dependentsOf: id => dependents.get(id) ?? [] })
}

const held: Asleep = { ready: false, reason: 'not-before', words: 'its time', wouldStartIf: 'it is later', untilMs: 5, fails: null }
const unitsOf = (book: ReturnType<typeof newBook>) => book.lines().flatMap(({ units }) => units.map(({ jobs }) => jobs))

describe('the book of the queue', () => {
  it('puts jobs that ask for the same into one line, and others into lines of their own', () => {
    const book = newBook()
    book.put(jobRow({ id: 'job_1', profile: '1g.10gb' }))
    book.put(jobRow({ id: 'job_2', profile: '1g.10gb' }))
    book.put(jobRow({ id: 'job_3', profile: '3g.40gb' }))
    book.put(jobRow({ id: 'job_4', profile: '1g.10gb', tenantId: 'tenant_other' }))
    book.put(jobRow({ id: 'job_5', profile: '1g.10gb', maxRunMs: 1000 }))
    expect(book.lines().map(({ units }) => units.map(({ jobs }) => jobs[0]))).toEqual([['job_1', 'job_2'], ['job_3'], ['job_4'], ['job_5']])
  })

  it('has a job in no line while it runs, waits for something of its own or has ended', () => {
    const asleep = new Map<string, Asleep>([['job_2', held]])
    const book = newBook(asleep)
    book.put(jobRow({ id: 'job_1', state: 'running' }))
    book.put(jobRow({ id: 'job_2' }))
    book.put(jobRow({ id: 'job_3', state: 'suspended' }))
    book.put(jobRow({ id: 'job_4' }))
    book.put(jobRow({ id: 'job_4', state: 'done' }))
    expect(unitsOf(book)).toEqual([])
    expect(book.asleep('job_2')).toEqual(held)
    expect([...book.running()].map(({ id }) => id)).toEqual(['job_1'])
    expect(book.size).toBe(3)
    asleep.clear()
    book.wakeUp(() => true)
    expect(unitsOf(book)).toEqual([['job_2']])
  })

  it('looks again at those that wait for a job when it ends', () => {
    const asleep = new Map<string, Asleep>([['job_2', { ...held, reason: 'dependency', untilMs: null }]])
    const book = newBook(asleep, new Map([['job_1', ['job_2']]]))
    book.put(jobRow({ id: 'job_1', state: 'running' }))
    book.put(jobRow({ id: 'job_2' }))
    asleep.clear()
    book.put(jobRow({ id: 'job_1', state: 'done' }))
    expect(unitsOf(book)).toEqual([['job_2']])
  })

  it('has a gang as one unit, in the order of its members, and only when all of them could start', () => {
    const asleep = new Map<string, Asleep>([['job_3', held]])
    const book = newBook(asleep)
    for (const index of [2, 0, 1])
      book.put(jobRow({ id: `job_${index + 1}`, gang: { id: 'gang_1', index, size: 3 } }))
    expect(unitsOf(book)).toEqual([])
    asleep.clear()
    book.look('job_3')
    expect(unitsOf(book)).toEqual([['job_1', 'job_2', 'job_3']])
    expect(book.lines()[0].count).toBe(3)
    book.put(jobRow({ id: 'job_2', state: 'suspended', gang: { id: 'gang_1', index: 1, size: 3 } }))
    expect(unitsOf(book)).toEqual([])
  })

  it('lets a member of a gang that lost its worker start again alone, as the others still run', () => {
    const book = newBook()
    book.put(jobRow({ id: 'job_1', state: 'running', gang: { id: 'gang_1', index: 0, size: 2 } }))
    book.put(jobRow({ id: 'job_2', gang: { id: 'gang_1', index: 1, size: 2 } }))
    expect(unitsOf(book)).toEqual([['job_2']])
    expect(book.lines()[0].count).toBe(1)
  })

  it('says the same as a sort of all jobs, whatever happened before', () => {
    const change = fc.record({
      id: fc.integer({ min: 1, max: 30 }).map(number => `job_${number}`),
      state: fc.constantFrom('queued' as const, 'queued' as const, 'running' as const, 'suspended' as const, 'done' as const),
      priority: fc.integer({ min: -3, max: 3 }),
      place: fc.integer({ min: 0, max: 5000 }),
      profile: fc.constantFrom('1g.10gb', '3g.40gb'),
    })
    fc.assert(fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const book = newBook()
      const jobs = new Map<string, JobRow>()
      for (const each of changes) {
        const job = jobRow(each)
        book.put(job)
        if (job.state === 'done')
          jobs.delete(job.id)
        else
          jobs.set(job.id, job)
      }
      for (const profile of ['1g.10gb', '3g.40gb']) {
        const key = (job: JobRow) => lineKey(job.place, job.priority, 0, agingMs)
        const expected = [...jobs.values()].filter(job => job.state === 'queued' && job.profile === profile).sort((a, b) => key(a) - key(b) || (a.id < b.id ? -1 : 1)).map(({ id }) => id)
        expect(book.lines().find(line => line.profile === profile)?.units.map(unit => unit.jobs[0]) ?? []).toEqual(expected)
      }
    }), { numRuns: 300 })
  })
})
