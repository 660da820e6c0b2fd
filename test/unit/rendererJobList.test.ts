import { describe, expect, it } from 'vitest'
import { outcomeWords, refusalGroups } from '../../src-renderer/jobList/bulkWords'
import { droppedOn, oneStep } from '../../src-renderer/jobList/lineMoves'
import { createPager } from '../../src-renderer/jobList/pager'
import { everyJob, filterOf, sortedBy } from '../../src-renderer/jobList/question'
import { rowLayout } from '../../src-renderer/jobList/rowLayout'
import { parseViews, readyViews, viewOf, withView } from '../../src-renderer/jobList/savedViews'
import { allSelected, countSelected, isSelected, noSelection, selectOnly, toggled } from '../../src-renderer/jobList/selection'

/** A list of as many rows, whose reads wait until they are let go. */
function list(total: number, parts: { readonly mostKept?: number } = {}) {
  const reads: { readonly offset: number, readonly limit: number, readonly letGo: () => void }[] = []
  const failures: unknown[] = []
  let shift = 0
  const pager = createPager<{ readonly id: string }, number>({
    pageSize: 10,
    mostPerRead: 3,
    mostKept: parts.mostKept ?? 50,
    read: (offset, limit) => new Promise((done) => {
      reads.push({ offset, limit, letGo: () => done({ rows: Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, index) => ({ id: `job_${offset + index - shift}` })), whole: total }) })
    }),
    changed: () => {},
    failed: thrown => failures.push(thrown),
  })
  async function letGo() {
    reads.at(-1)?.letGo()
    await new Promise(setImmediate)
  }
  return { pager, reads, failures, letGo, addOnTop: () => void (shift += 1) }
}

describe('pages of a long list', () => {
  it('reads wanted pages that follow each other together, and none twice', async () => {
    const { pager, reads, letGo } = list(1000)
    void pager.want([5, 17, 25])
    await letGo()
    expect(reads.map(({ offset, limit }) => [offset, limit])).toEqual([[0, 30]])
    expect(pager.rowAt(29)?.id).toBe('job_29')
    void pager.want([12])
    expect(reads).toHaveLength(1)
  })
  it('never reads what was scrolled past while a read was under way', async () => {
    const { pager, reads, letGo } = list(1000)
    void pager.want([0])
    void pager.want([300])
    void pager.want([900])
    await letGo()
    await letGo()
    expect(reads.map(({ offset }) => offset)).toEqual([0, 900])
    expect(pager.rowAt(300)).toBeUndefined()
  })
  it('shows what it has until a change is read', async () => {
    const { pager, letGo, addOnTop } = list(1000)
    void pager.want([0])
    await letGo()
    addOnTop()
    void pager.invalidate()
    expect(pager.rowAt(3)?.id).toBe('job_3')
    await letGo()
    expect(pager.rowAt(3)?.id).toBe('job_2')
    expect(pager.offsetOf('job_2')).toBe(3)
  })
  it('reads again what changed during its read', async () => {
    const { pager, reads, letGo } = list(1000)
    void pager.want([0])
    await letGo()
    void pager.invalidate()
    void pager.invalidate()
    await letGo()
    await letGo()
    expect(reads).toHaveLength(3)
  })
  it('drops the answer to a question that is no longer asked', async () => {
    const { pager, reads, letGo } = list(1000)
    void pager.want([500])
    void pager.reset()
    await letGo()
    expect(pager.rowAt(500)).toBeUndefined()
    await letGo()
    expect(reads.map(({ offset }) => offset)).toEqual([500, 0])
    expect(pager.rowAt(0)?.id).toBe('job_0')
  })
  it('forgets the pages furthest away', async () => {
    const { pager, letGo } = list(1000, { mostKept: 2 })
    for (const offset of [0, 50, 60]) {
      void pager.want([offset])
      await letGo()
    }
    expect([0, 50, 60].map(offset => pager.rowAt(offset)?.id)).toEqual([undefined, 'job_50', 'job_60'])
  })
})

describe('lines of a grouped list', () => {
  const layout = rowLayout(100_000, [{ key: 'a', count: 3 }, { key: 'b', count: 99_990 }, { key: 'c', count: 7 }], new Set(['b']))
  it('hides the jobs of a closed group', () => {
    expect(layout.count).toBe(3 + 3 + 7)
    expect([0, 1, 3, 4, 5, 6, 12].map(layout.at)).toEqual([
      { kind: 'group', key: 'a', count: 3, isOpen: true },
      { kind: 'job', offset: 0 },
      { kind: 'job', offset: 2 },
      { kind: 'group', key: 'b', count: 99_990, isOpen: false },
      { kind: 'group', key: 'c', count: 7, isOpen: true },
      { kind: 'job', offset: 99_993 },
      { kind: 'job', offset: 99_999 },
    ])
  })
  it('knows the line of a job, or of the head that hides it', () => expect([0, 2, 3, 99_992, 99_993].map(layout.indexOf)).toEqual([1, 3, 4, 4, 6]))
  it('is the list itself without groups', () => {
    const plain = rowLayout(5, [], new Set())
    expect([plain.count, plain.at(4), plain.indexOf(4)]).toEqual([5, { kind: 'job', offset: 4 }, 4])
  })
})

describe('a selection', () => {
  it('of all leaves single ones out', () => {
    const selection = toggled(allSelected, 'job_1')
    expect([isSelected(selection, 'job_1'), isSelected(selection, 'job_2'), countSelected(selection, 100)]).toEqual([false, true, 99])
    expect(countSelected(toggled(selection, 'job_1'), 100)).toBe(100)
  })
  it('of some counts only those', () => {
    expect(countSelected(toggled(selectOnly('a', 'b'), 'a'), 100)).toBe(1)
    expect(isSelected(noSelection, 'a')).toBe(false)
  })
})

describe('a question', () => {
  it('asks nothing where nothing was chosen', () => expect(filterOf(everyJob)).toEqual({}))
  it('leaves out a label that is still being typed', () => expect(filterOf({ ...everyJob, labels: 'course=ml-2, run= ru', text: ' x ' })).toEqual({ labels: ['course=ml-2'], text: 'x' }))
  it('turns the order round at the second click', () => {
    const first = sortedBy(everyJob, 'name')
    expect([first, sortedBy({ ...everyJob, sort: first }, 'name')]).toEqual([{ by: 'name', descending: false }, { by: 'name', descending: true }])
  })
})

describe('saved views', () => {
  const question = { ...everyJob, states: ['failed' as const], group: 'tenant' as const }
  it('come back as they were kept, and are known by what they ask', () => {
    const kept = parseViews(JSON.stringify(withView([], { name: 'Mine', question })))
    expect(kept).toEqual([{ name: 'Mine', question }])
    expect(viewOf([...readyViews, ...kept], { ...question, text: ' ' })?.name).toBe('Mine')
    expect(viewOf(readyViews, everyJob)?.name).toBe('All jobs')
  })
  it('replace one of the same name', () => expect(withView([{ name: 'Mine', question: everyJob }], { name: 'Mine', question })).toEqual([{ name: 'Mine', question }]))
  it.each([[null], ['{'], ['{}'], ['[1, {"name": 3}]']])('are none where %j was kept', text => expect(parseViews(text)).toEqual([]))
  it('ask nothing for what this window does not know', () => expect(parseViews('[{"name":"Old","question":{"states":["failed","lost"],"sort":{"by":"colour"},"group":"host"}}]')).toEqual([{ name: 'Old', question: { ...everyJob, states: ['failed'] } }]))
})

describe('places in line', () => {
  const job = (id: string, tenant: string) => ({ id, tenant, queue: 'normal' })
  const rows = [job('a1', 'a'), job('b1', 'b'), job('a2', 'a'), undefined, job('a3', 'a')]
  it('go one step among the jobs of one tenant', () => {
    expect(oneStep(rows, 2, -1)).toEqual({ before: 'a1' })
    expect(oneStep(rows, 0, 1)).toEqual({ before: 'a3' })
    expect(oneStep(rows, 2, 1)).toEqual({ before: null })
  })
  it('are refused in words at the ends', () => {
    expect(oneStep(rows, 0, -1)).toEqual({ refused: 'It is the first of its tenant already.' })
    expect(oneStep(rows, 4, 1)).toEqual({ refused: 'It is the last of its tenant already.' })
  })
  it('are taken where a job is dropped, before or behind, but not among others', () => {
    expect(droppedOn(rows, 4, 0)).toEqual({ before: 'a1' })
    expect(droppedOn(rows, 0, 2)).toEqual({ before: 'a3' })
    expect(droppedOn(rows, 0, 4)).toEqual({ before: null })
    expect(droppedOn(rows, 0, 1)).toMatchObject({ refused: expect.stringContaining('fair share') })
  })
})

describe('what was done to many', () => {
  const outcome = { done: 2, refused: [{ id: 'job_1', message: 'job_1 is done already.' }, { id: 'job_2', message: 'job_2 is done already.' }, { id: 'job_3', message: 'There is no job job_3.' }] }
  it('is counted with what was refused', () => expect(outcomeWords('cancel', outcome)).toBe('2 jobs cancelled, 3 jobs refused.'))
  it('groups refusals by their words', () => expect(refusalGroups(outcome)).toEqual([{ words: 'it is done already.', ids: ['job_1', 'job_2'] }, { words: 'There is no job it.', ids: ['job_3'] }]))
})
