import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkInvariants } from '../../src-main/doctor/invariants'
import { keptBackups, makeRegularBackup } from '../../src-main/keeping/regularBackups'
import { prune } from '../../src-main/keeping/retention'
import { gpus } from '../helpers/fakeLab'
import { filledLab } from '../helpers/filledLab'
import { keepingOf, thread } from '../helpers/keeping'
import { tempDir } from '../helpers/tempDir'

const day = 24 * 3_600_000
const nowMs = 100 * day

function lab(keep: { readonly keepJobsMs?: number | null, readonly keepEventsMs?: number | null } = {}) {
  const filled = filledLab(join(tempDir(), 'state'))
  filled.store.settings.setScheduler({ ...filled.store.settings.scheduler(), keepJobsMs: 10 * day, keepEventsMs: 10 * day, ...keep })
  return filled
}

const broken = ({ store, paths }: ReturnType<typeof lab>) => checkInvariants({ store, tablesFor: () => gpus, jobsDir: paths.jobs, nowMs }).filter(({ ok, name }) => !ok && !name.includes('obeys the rules'))

describe('jobs that ended long ago', () => {
  it('go with all they had; younger ones and unfinished ones stay', async () => {
    const here = lab({ keepEventsMs: null })
    const { store, paths, addJob } = here
    addJob({ id: 'job_old', state: 'done', done: 2, endedAtMs: nowMs - 11 * day })
    addJob({ id: 'job_young', state: 'done', done: 2, endedAtMs: nowMs - 9 * day })
    addJob({ id: 'job_failed', state: 'failed', error: { code: 'internal', message: '', retryable: false }, endedAtMs: nowMs - 11 * day })
    addJob({ id: 'job_waits' })
    addJob({ id: 'job_held', state: 'suspended' })
    expect(await prune(store, paths.jobs, nowMs)).toEqual({ jobs: ['job_failed', 'job_old'], events: 0 })
    expect(store.db.prepare('SELECT id FROM job ORDER BY id').pluck().all()).toEqual(['job_held', 'job_waits', 'job_young'])
    expect(store.db.prepare('SELECT DISTINCT jobId FROM item ORDER BY 1').pluck().all()).toEqual(['job_held', 'job_waits', 'job_young'])
    expect(store.db.prepare(`SELECT holder FROM lease`).pluck().all()).toEqual(['job_young'])
    expect(readdirSync(paths.jobs)).toEqual(['job_young'])
    expect(store.events.list(0, 100).at(-1)).toMatchObject({ type: 'jobs.pruned', subject: 'lab', data: { ids: ['job_failed', 'job_old'] } })
    expect(broken(here)).toEqual([])
    store.close()
  })

  it('stay while an unfinished job waits for them, and go once it has ended', async () => {
    const { store, paths, addJob } = lab()
    addJob({ id: 'job_first', state: 'done', endedAtMs: 1 })
    addJob({ id: 'job_then' })
    store.dependencies.insert({ jobId: 'job_then', onJobId: 'job_first', needs: 'success' })
    expect((await prune(store, paths.jobs, nowMs)).jobs).toEqual([])
    const row = store.jobs.get('job_then')
    if (row)
      store.jobs.update({ ...row, state: 'done', endedAtMs: nowMs })
    expect((await prune(store, paths.jobs, nowMs)).jobs).toEqual(['job_first'])
    store.close()
  })

  it('stay while their slice is leased to them still', async () => {
    const { store, paths, addJob } = lab()
    addJob({ id: 'job_stuck', state: 'running' })
    store.db.exec(`UPDATE job SET state = 'cancelled', endedAtMs = 1`)
    expect((await prune(store, paths.jobs, nowMs)).jobs).toEqual([])
    store.close()
  })

  it('have their folder removed later where the lab ended in between; one that nobody forgot is left', async () => {
    const { store, paths, addJob } = lab()
    addJob({ id: 'job_old', state: 'done', done: 2, endedAtMs: 1 })
    await prune(store, paths.jobs, nowMs)
    for (const id of ['job_old', 'job_lost'])
      mkdirSync(join(paths.jobs, id, 'results'), { recursive: true })
    writeFileSync(join(paths.jobs, 'job_lost', 'results', 'x'), '')
    await prune(store, paths.jobs, nowMs)
    expect(readdirSync(paths.jobs)).toEqual(['job_lost'])
    store.close()
  })

  it('leave the event loop its turns: 10,000 of them go in many short steps', async () => {
    const { store, paths, addJob } = lab()
    store.write(() => {
      for (let n = 0; n < 10_000; n++)
        addJob({ id: `job_${n}`, state: 'cancelled', endedAtMs: 1, items: 1 })
    })
    let turns = 0
    let isOver = false
    const count = () => {
      turns++
      if (!isOver)
        setImmediate(count)
    }
    count()
    expect((await prune(store, paths.jobs, nowMs)).jobs).toHaveLength(10_000)
    isOver = true
    expect(turns).toBeGreaterThan(50)
    expect(store.jobs.any()).toBe(false)
    store.close()
  })

  it('stay for ever where the settings say so', async () => {
    const { store, paths, addJob } = lab({ keepJobsMs: null, keepEventsMs: null })
    addJob({ id: 'job_old', state: 'done', endedAtMs: 1 })
    expect(await prune(store, paths.jobs, nowMs)).toEqual({ jobs: [], events: 0 })
    store.close()
  })
})

describe('the event log', () => {
  it('loses its oldest part, whatever the clock did meanwhile, and keeps counting', async () => {
    const { store, paths } = lab()
    for (let n = 0; n < 5000; n++)
      store.events.append(1, 'old', 'x')
    store.events.append(nowMs, 'new', 'x')
    store.events.append(1, 'written while the clock was wrong', 'x')
    expect((await prune(store, paths.jobs, nowMs)).events).toBe(5000)
    expect(store.events.list(0, 10).map(({ type, seq }) => [type, seq])).toEqual([['new', 5001], ['written while the clock was wrong', 5002]])
    expect(store.events.append(nowMs, 'next', 'x')).toBe(5003)
    expect(() => store.db.exec('DELETE FROM event WHERE seq = 5001')).toThrow('append-only')
    store.close()
  })

  it('keeps its last event, so that its number is never given out again', async () => {
    const { store, paths } = lab()
    store.events.append(1, 'a', 'x')
    store.events.append(1, 'b', 'x')
    await prune(store, paths.jobs, nowMs)
    expect(store.events.lastSeq()).toBe(2)
    store.close()
  })

  it('takes old turns and use along', async () => {
    const { store, paths } = lab()
    for (let epoch = 0; epoch < 4500; epoch++)
      store.turns.insert({ epoch, sliceId: 's', deviceId: 'd', profile: 'p', start: 0, holder: 'h', fromMs: 0, toMs: epoch === 0 ? nowMs : 5, ended: 'done' })
    store.uses.add({ tenantId: 't', minute: 1, share: 1 })
    store.uses.add({ tenantId: 't', minute: nowMs / 60_000, share: 1 })
    await prune(store, paths.jobs, nowMs)
    expect(store.turns.between(0, nowMs, 10).map(({ epoch }) => epoch)).toEqual([0])
    expect(store.uses.between(0, nowMs)).toHaveLength(1)
    store.close()
  })
})

describe('regular backups', () => {
  it('are made when the last is too old, kept in number, and each is sound', async () => {
    const { store, paths, addJob } = lab()
    addJob({ id: 'job_1' })
    for (let n = 1; n <= 5; n++)
      await makeRegularBackup(thread, paths.database, paths.backups, 3, n * day)
    expect(keptBackups(paths.backups).map(({ atMs }) => atMs / day)).toEqual([5, 4, 3])
    // A clock that was set back: the one just made is not the one that goes.
    await makeRegularBackup(thread, paths.database, paths.backups, 3, day)
    expect(keptBackups(paths.backups).map(({ atMs }) => atMs / day)).toEqual([5, 4, 1])
    store.close()
  })

  it('begin at start where the last one is older than they are apart, and not before', async () => {
    const { store, paths } = lab()
    let now = nowMs
    const faults: unknown[] = []
    const opened = async () => {
      const keeping = keepingOf('', paths, store, () => now, faults)
      keeping.start()
      await new Promise<void>(resolve => setTimeout(resolve, 50))
      await keeping.close()
      return keptBackups(paths.backups).length
    }
    expect(await opened()).toBe(1)
    now += day - 1
    expect(await opened()).toBe(1)
    now += 1
    expect(await opened()).toBe(2)
    store.settings.setScheduler({ ...store.settings.scheduler(), backupEveryMs: null })
    now += 5 * day
    expect(await opened()).toBe(2)
    expect(faults).toEqual([])
    store.close()
  })

  it('do not count where the copy cannot be made: those that are there stay', async () => {
    const { store, paths } = lab()
    await makeRegularBackup(thread, paths.database, paths.backups, 1, day)
    await expect(makeRegularBackup(thread, join(paths.backups, 'none.db'), paths.backups, 1, 2 * day)).rejects.toThrow()
    expect(readdirSync(paths.backups)).toEqual(['regular-1970-01-02T00-00-00-000Z.db'])
    expect(existsSync(paths.database)).toBe(true)
    store.close()
  })
})
