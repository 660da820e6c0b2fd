import type { StatePaths } from '../../src-main/store/stateDir'
import { spawnSync } from 'node:child_process'
import { closeSync, copyFileSync, existsSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { checkInvariants } from '../../src-main/doctor/invariants'
import { openSoundStore } from '../../src-main/keeping/openSoundStore'
import { makeRegularBackup } from '../../src-main/keeping/regularBackups'
import { gpus } from '../helpers/fakeLab'
import { filledLab } from '../helpers/filledLab'
import { thread } from '../helpers/keeping'
import { repoRoot } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

const backupAtMs = 1000
const nowMs = 5_000_000

interface Damaged { readonly paths: StatePaths, readonly folder: string }

/** A lab with 30 jobs in its backup and 30 more since then, closed well. */
async function closedLab(options: { readonly backup?: boolean } = {}): Promise<Damaged> {
  const folder = tempDir()
  const { paths, store, addJob } = filledLab(join(folder, 'state'))
  for (let n = 0; n < 30; n++)
    addJob({ id: `job_early${n}`, state: 'done', items: 4, done: 4, endedAtMs: 8 })
  for (let n = 0; n < 400; n++)
    store.events.append(7, 'job.progressed', `job_early${n % 30}`, { done: n })
  if (options.backup !== false)
    await makeRegularBackup(thread, paths.database, paths.backups, 7, backupAtMs)
  for (let n = 0; n < 30; n++)
    addJob({ id: `job_late${n}`, state: 'done', items: 4, done: 4, endedAtMs: 8 })
  store.close()
  return { paths, folder }
}

/** Leaves the log of a process that died: what it wrote is in the log alone. */
function dieWriting(database: string, sql: string): void {
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `
    import Database from ${JSON.stringify(join(repoRoot, 'node_modules/better-sqlite3/lib/index.js'))}
    const db = new Database(${JSON.stringify(database)})
    db.pragma('journal_mode = WAL'); db.pragma('wal_autocheckpoint = 0'); db.pragma('foreign_keys = ON')
    db.exec(${JSON.stringify(sql)})
    process.kill(process.pid, 'SIGKILL')`])
  if (status === 0 || !existsSync(`${database}-wal`))
    throw new Error(`It should have died with a log: ${String(stderr)}`)
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

/** First page of a table or index. */
function rootOf(database: string, name: string): number {
  const db = new Database(database, { readonly: true })
  const page = Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name))
  db.close()
  return page
}

/** A leaf page of a table, that rows lie in. */
function leafOf(database: string, name: string): number {
  const db = new Database(database, { readonly: true })
  const page = Number(db.prepare(`SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno DESC LIMIT 1 OFFSET 1`).pluck().get(name))
  db.close()
  expect(page).toBeGreaterThan(1)
  return page
}

const pageBytes = 4096
const zero = (path: string, page: number) => overwrite(path, (page - 1) * pageBytes, new Uint8Array(pageBytes))
const jobsOf = (ids: string[], word: string) => ids.filter(id => id.startsWith(`job_${word}`)).length

/** Opens it, checks that it is sound and says what became of it. */
function reopened({ paths }: Damaged) {
  const { store, recovered, repaired } = openSoundStore(paths, nowMs)
  const ids = store.db.prepare<[], string>('SELECT id FROM job').pluck().all()
  expect(store.db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(store.db.pragma('foreign_key_check')).toEqual([])
  expect(checkInvariants({ store, tablesFor: () => gpus, jobsDir: paths.jobs, nowMs }).filter(({ ok, name }) => !ok && !name.includes('obeys the rules'))).toEqual([])
  const events = store.events.list(0, 10_000)
  const told = store.recoveries.get()
  store.close()
  return { ids, recovered, repaired, events, told }
}

/** What it means to lose nothing: each job of before is there, or named as missing. */
function expectAccounted({ ids, recovered }: ReturnType<typeof reopened>): void {
  const missing = new Set(recovered?.jobsMissing)
  for (let n = 0; n < 30; n++) {
    expect(ids).toContain(`job_early${n}`)
    expect(ids.includes(`job_late${n}`) || missing.has(`job_late${n}`)).toBe(true)
  }
}

describe('a database that is damaged', () => {
  it.each<[string, (lab: Damaged) => void, { readonly allSaved?: boolean }]>([
    ['has garbage for a header', ({ paths }) => overwrite(paths.database, 0, new Uint8Array(100).fill(0x5A)), {}],
    ['is empty', ({ paths }) => truncateSync(paths.database, 0), {}],
    ['was cut to its half', ({ paths }) => truncateSync(paths.database, Math.floor(statSync(paths.database).size / pageBytes / 2) * pageBytes), {}],
    ['lost the end of its last page', ({ paths }) => truncateSync(paths.database, statSync(paths.database).size - 1000), {}],
    ['was overwritten by something else', ({ paths }) => writeFileSync(paths.database, 'this is not a database'.repeat(5000)), {}],
    ['has zeros for the root of its jobs', ({ paths }) => zero(paths.database, rootOf(paths.database, 'job')), {}],
    ['has zeros for a page of its jobs', ({ paths }) => zero(paths.database, leafOf(paths.database, 'job')), {}],
    ['has zeros for a page of its inputs', ({ paths }) => zero(paths.database, leafOf(paths.database, 'item')), {}],
    ['has zeros for a page of its events', ({ paths }) => zero(paths.database, leafOf(paths.database, 'event')), { allSaved: true }],
    ['has garbage for a page of an index', ({ paths }) => overwrite(paths.database, (rootOf(paths.database, 'job_by_state') - 1) * pageBytes, new Uint8Array(pageBytes).fill(0xAB)), { allSaved: true }],
  ])('and %s is set aside and replaced by its backup and all that can be read of it', async (_how, damage, { allSaved }) => {
    const lab = await closedLab()
    damage(lab)
    const damaged = readFileSync(lab.paths.database)
    const after = reopened(lab)
    const { recovered, events, told } = after
    expectAccounted(after)
    expect(recovered).toMatchObject({ backupAtMs, from: expect.stringContaining('regular-1970') })
    if (allSaved)
      expect([jobsOf(after.ids, 'late'), recovered?.jobsMissing]).toEqual([30, []])
    expect(readFileSync(join(recovered?.aside ?? '', 'tranche.db')).equals(damaged)).toBe(true)
    expect(readdirSync(recovered?.aside ?? '').filter(name => !/^tranche\.db(?:-wal|-shm)?$/.test(name))).toEqual([])
    const event = events.find(({ type }) => type === 'lab.recovered')
    expect(event).toMatchObject({ atMs: nowMs, subject: 'lab', data: { from: recovered?.from, backupAtMs, jobsSaved: recovered?.jobsSaved, jobsMissing: recovered?.jobsMissing, eventsLost: recovered?.eventsLost } })
    expect(told).toEqual({ atMs: nowMs, words: recovered?.words })
    // And only once.
    expect(reopened(lab).recovered).toBeNull()
  })

  it('keeps the newest state of jobs that the backup knows an older one of, with their results', async () => {
    const folder = tempDir()
    const { paths, store, addJob } = filledLab(join(folder, 'state'))
    addJob({ id: 'job_early', items: 2 })
    await makeRegularBackup(thread, paths.database, paths.backups, 7, backupAtMs)
    store.db.exec(`DELETE FROM job WHERE id = 'job_early'`)
    addJob({ id: 'job_early', state: 'done', items: 2, done: 2, endedAtMs: 9 })
    addJob({ id: 'job_runs', state: 'running', items: 2, done: 1 })
    store.close()
    zero(paths.database, rootOf(paths.database, 'event'))
    const opened = openSoundStore(paths, nowMs)
    expect(opened.recovered?.jobsSaved).toBe(2)
    expect(opened.store.jobs.get('job_early')).toMatchObject({ state: 'done', doneCount: 2 })
    expect(opened.store.items.ofJob('job_runs').map(({ state }) => state)).toEqual(['done', 'pending'])
    // Nobody holds anything any more, and no lease is given out twice.
    expect(opened.store.leases.live()).toEqual([])
    expect(opened.store.leases.insert({ id: 'l', holder: 'vm', holderKind: 'outside', role: 'current', grantedAtMs: 1, expiresAtMs: null, idleAfterMs: null, usedAtMs: 1, sliceIds: ['slice_virtual'] }).epoch).toBe(3)
    opened.store.close()
  })

  it('falls back to an older backup where the newest is damaged too, and passes over those that are cut', async () => {
    const lab = await closedLab()
    const good = readdirSync(lab.paths.backups)[0]
    copyFileSync(join(lab.paths.backups, good), join(lab.paths.backups, 'regular-1980-01-01T00-00-00-000Z.db'))
    zero(join(lab.paths.backups, 'regular-1980-01-01T00-00-00-000Z.db'), 5)
    writeFileSync(join(lab.paths.backups, 'regular-1981-01-01T00-00-00-000Z.db'), '')
    copyFileSync(join(lab.paths.backups, good), join(lab.paths.backups, 'regular-1982-01-01T00-00-00-000Z.db.unfinished'))
    writeFileSync(lab.paths.database, 'nonsense'.repeat(1000))
    const after = reopened(lab)
    expectAccounted(after)
    expect(after.recovered?.from).toContain(good)
    expect(after.recovered?.jobsMissing).toHaveLength(30)
    expect(after.recovered?.words).toContain('and 10 more')
  })

  it('is refused and left as it is where there is no sound copy, with what to do', async () => {
    const lab = await closedLab({ backup: false })
    overwrite(lab.paths.database, 0, new Uint8Array(100).fill(0x5A))
    const damaged = readFileSync(lab.paths.database)
    expect(() => openSoundStore(lab.paths, nowMs)).toThrow(expect.objectContaining({ code: 'state_damaged', message: expect.stringContaining('tranche restore') }))
    expect(readFileSync(lab.paths.database).equals(damaged)).toBe(true)
    expect(readdirSync(lab.paths.damaged)).toEqual([])
  })
})

describe('a log beside the database', () => {
  const late = `INSERT INTO meta VALUES ('late', 'yes')`
  const lateOf = (lab: Damaged) => {
    const db = new Database(lab.paths.database, { readonly: true })
    const value = db.prepare(`SELECT value FROM meta WHERE key = 'late'`).pluck().get()
    db.close()
    return value ?? null
  }

  it('of an owner that died is taken in, whole or as far as it was written', async () => {
    const lab = await closedLab()
    dieWriting(lab.paths.database, late)
    const wal = statSync(`${lab.paths.database}-wal`).size
    expect(reopened(lab).recovered).toBeNull()
    expect(lateOf(lab)).toBe('yes')
    const torn = await closedLab()
    dieWriting(torn.paths.database, late)
    truncateSync(`${torn.paths.database}-wal`, wal - 100)
    expect(reopened(torn).recovered).toBeNull()
    expect(lateOf(torn)).toBeNull()
  })

  it('that is gone costs what was in it, and nothing else', async () => {
    const lab = await closedLab()
    dieWriting(lab.paths.database, late)
    rmSync(`${lab.paths.database}-wal`)
    const after = reopened(lab)
    expect(after.recovered).toBeNull()
    expect([jobsOf(after.ids, 'early'), jobsOf(after.ids, 'late')]).toEqual([30, 30])
  })

  it('of another database is set aside with it, and the database stays as it was', async () => {
    const lab = await closedLab()
    const other = join(lab.folder, 'other.db')
    const db = new Database(other)
    db.exec('CREATE TABLE big (x TEXT)')
    db.close()
    dieWriting(other, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) INSERT INTO big SELECT hex(randomblob(500)) FROM n`)
    renameSync(`${other}-wal`, `${lab.paths.database}-wal`)
    const before = readFileSync(lab.paths.database)
    const after = reopened(lab)
    expect(after.recovered?.from).toBe('the database without its log')
    expect([jobsOf(after.ids, 'early'), jobsOf(after.ids, 'late')]).toEqual([30, 30])
    expect(after.recovered?.jobsMissing).toEqual([])
    expect(readdirSync(after.recovered?.aside ?? '').sort()).toEqual(expect.arrayContaining(['tranche.db', 'tranche.db-wal']))
    expect(readFileSync(join(after.recovered?.aside ?? '', 'tranche.db')).equals(before)).toBe(true)
  })

  it('of garbage is no harm', async () => {
    const lab = await closedLab()
    writeFileSync(`${lab.paths.database}-wal`, new Uint8Array(50_000).fill(0x77))
    const after = reopened(lab)
    expect(after.recovered).toBeNull()
    expect(jobsOf(after.ids, 'late')).toBe(30)
  })

  it('has an index of another time: it is made anew', async () => {
    const lab = await closedLab()
    dieWriting(lab.paths.database, late)
    writeFileSync(`${lab.paths.database}-shm`, new Uint8Array(32768).fill(0x33))
    expect(reopened(lab).recovered).toBeNull()
    expect(lateOf(lab)).toBe('yes')
  })

  it('without its database is no new lab: the backup is put in place', async () => {
    const lab = await closedLab()
    dieWriting(lab.paths.database, late)
    rmSync(lab.paths.database)
    const after = reopened(lab)
    expectAccounted(after)
    expect(after.recovered?.jobsMissing).toHaveLength(30)
    expect(readdirSync(after.recovered?.aside ?? '')).toContain('tranche.db-wal')
  })
})

it('goes on with a recovery that was cut before its last step', async () => {
  const lab = await closedLab()
  zero(lab.paths.database, leafOf(lab.paths.database, 'job'))
  const damaged = readFileSync(lab.paths.database)
  const { recovered } = reopened(lab)
  const aside = recovered?.aside ?? ''
  // Back to the moment before: the recovered one is whole, and the damaged one has its place still.
  renameSync(lab.paths.database, join(aside, 'recovered.db'))
  writeFileSync(lab.paths.database, damaged)
  writeFileSync(`${lab.paths.database}-wal`, 'log of the damaged one')
  const after = reopened(lab)
  expect(after.recovered).toBeNull()
  expect(after.told?.words).toBe(recovered?.words)
  expect(after.ids.length).toBeGreaterThanOrEqual(30)
  expect(readdirSync(aside).sort()).toEqual(expect.arrayContaining(['tranche.db', 'tranche.db-wal']))
  expect(readdirSync(aside)).not.toContain('recovered.db')
})

describe('an unclean end', () => {
  it('has what can only be meant in one way put right, and says so', async () => {
    const lab = await closedLab()
    dieWriting(lab.paths.database, `
      PRAGMA foreign_keys = OFF;
      UPDATE job SET doneCount = 1 WHERE id = 'job_early1';
      INSERT INTO hold VALUES ('slice_virtual', 999);
      INSERT INTO lease (id, holder, holderKind, grantedAtMs, usedAtMs) VALUES ('lease_empty', 'vm', 'outside', 1, 1);
      INSERT INTO carry VALUES ('job_early2', 0, x'00');`)
    const { repaired, events, recovered } = reopened(lab)
    expect(recovered).toBeNull()
    expect(repaired).toEqual(['1 slices held under a lease that is over', '1 leases of slices that do not exist', '1 inputs left in their middle that have a result', '1 jobs whose counts did not agree with their results'])
    expect(events.at(-1)).toMatchObject({ type: 'lab.repaired', data: { mended: repaired } })
    expect(reopened(lab).repaired).toEqual([])
  })
})
