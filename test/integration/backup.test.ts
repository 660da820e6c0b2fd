import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { readArchive } from '../../src-main/keeping/archive/readArchive'
import { readText } from '../../src-main/keeping/archive/readHead'
import { openArchive } from '../../src-main/keeping/archive/writeArchive'
import { restore } from '../../src-main/keeping/restore'
import { migrations } from '../../src-main/store/migrate'
import { takeOwnership } from '../../src-main/store/ownership'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { openStore } from '../../src-main/store/store'
import { filledLab } from '../helpers/filledLab'
import { keepingOf } from '../helpers/keeping'
import { repoRoot } from '../helpers/serve'
import { smallDisk } from '../helpers/smallDisk'
import { tempDir } from '../helpers/tempDir'

/** A lab with a job that is done, one that runs and one that waits, kept and open. */
function openLab() {
  const folder = tempDir()
  const stateDir = join(folder, 'state')
  const lab = filledLab(stateDir)
  lab.addJob({ id: 'job_done', state: 'done', items: 3, done: 3, endedAtMs: 8 })
  lab.addJob({ id: 'job_runs', state: 'running', items: 3, done: 1 })
  lab.addJob({ id: 'job_waits' })
  return { folder, stateDir, file: join(folder, 'lab.tranche'), ...lab, keeping: keepingOf(stateDir, lab.paths, lab.store, () => 1_000_000) }
}

/** All that a lab is made of, to compare. */
function contents(stateDir: string) {
  const paths = prepareStateDir(stateDir)
  const store = openStore(paths)
  const tables = ['device', 'slice', 'job', 'item', 'lease', 'hold', 'tenant', 'queue', 'meta'] as const
  const rows = Object.fromEntries(tables.map(table => [table, store.db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()]))
  const results = Object.fromEntries((store.db.prepare(`SELECT jobId, output FROM item WHERE output IS NOT NULL`).all() as { jobId: string, output: string }[])
    .map(({ jobId, output }) => [`${jobId}/${output}`, readFileSync(join(paths.jobs, jobId, 'results', output), 'utf8')]))
  const events = store.events.list(0, 1000).filter(({ type }) => type !== 'lab.restored')
  store.close()
  return { rows, results, events }
}

/** A backup with other parts, written by the same hand. */
async function forge(from: string, to: string, change: { readonly names?: (path: string) => string, readonly last?: (text: string) => string, readonly extra?: string }) {
  const archive = await openArchive(to, 0)
  for await (const { path, contents } of readArchive(from)) {
    if (path === 'manifest.json' && change.extra !== undefined)
      await archive.add(change.extra, 'x')
    const part = join(tempDir(), 'part')
    const chunks: Uint8Array[] = []
    for await (const chunk of contents())
      chunks.push(chunk)
    writeFileSync(part, chunks.length === 0 ? '' : new Uint8Array(chunks.flatMap(chunk => [...chunk])))
    if (path.endsWith('.json') && !path.includes('/'))
      await archive.add(path, change.last ? change.last(readFileSync(part, 'utf8')) : readFileSync(part, 'utf8'))
    else
      await archive.copy(change.names?.(path) ?? path, part)
  }
  await archive.end()
  await archive.close()
}

describe('a backup', () => {
  it('gives back the same lab, byte by byte, with its jobs, results and log', async () => {
    const { stateDir, file, store, keeping, folder } = openLab()
    expect(await keeping.backUp(file)).toMatchObject({ file, jobs: 3, atMs: 1_000_000, missing: [], bytes: statSync(file).size })
    store.close()
    const restored = join(folder, 'restored')
    expect(await restore(file, restored, 2_000_000)).toMatchObject({ dir: restored, jobs: 3, before: null, missing: [] })
    expect(contents(restored)).toEqual(contents(stateDir))
    expect(readdirSync(folder).sort()).toEqual(['lab.tranche', 'restored', 'state'])
    expect(statSync(restored).mode & 0o777).toBe(0o700)
  })

  it('has the lab of one instant, however much is written while it is made', async () => {
    const { file, folder, paths, keeping, store } = openLab()
    // Each transaction adds one job with one input and one event: a copy of one instant has as many of each.
    const writer = spawn(process.execPath, ['--input-type=module', '-e', `
      import Database from ${JSON.stringify(join(repoRoot, 'node_modules/better-sqlite3/lib/index.js'))}
      const db = new Database(${JSON.stringify(paths.database)}, { timeout: 5000 })
      const add = db.transaction((n) => {
        db.prepare("INSERT INTO job (id, recipe, model, params, backends, state, submittedAtMs, turnSinceMs, itemCount) VALUES (?, 'ocr', 'm', '{}', '[]', 'queued', 1, 1, 1)").run('job_w' + n)
        db.prepare("INSERT INTO item VALUES (?, 0, '/x', 'pending', NULL, NULL, NULL)").run('job_w' + n)
        db.prepare("INSERT INTO event (atMs, type, subject, data) VALUES (1, 'job.queued', ?, '{}')").run('job_w' + n)
      })
      for (let n = 0; ; n++) { add.immediate(n); if (n === 50) console.log('go') }`], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(writer.stdout, 'data')
    for (let round = 0; round < 3; round++)
      await keeping.backUp(file)
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    store.close()
    await restore(file, join(folder, 'restored'), 1)
    const db = new Database(join(folder, 'restored', 'tranche.db'))
    const count = (sql: string) => db.prepare(sql).pluck().get()
    const jobs = count(`SELECT count(*) FROM job WHERE id GLOB 'job_w[0-9]*'`)
    expect(jobs).toBeGreaterThan(50)
    expect(count(`SELECT count(*) FROM item WHERE jobId GLOB 'job_w[0-9]*'`)).toBe(jobs)
    expect(count(`SELECT count(*) FROM event WHERE subject GLOB 'job_w[0-9]*'`)).toBe(jobs)
    db.close()
  })

  it('says which results were gone, and restores all others', async () => {
    const { file, folder, paths, keeping, store } = openLab()
    rmSync(join(paths.jobs, 'job_done', 'results', readdirSync(join(paths.jobs, 'job_done', 'results'))[0]))
    const { missing } = await keeping.backUp(file)
    expect(missing).toEqual(['job_done/results/000000.e1.json'])
    expect((await restore(file, join(folder, 'restored'), 1)).missing).toEqual(missing)
    store.close()
  })

  it('takes the place of an earlier one, and of nothing else', async () => {
    const { file, folder, keeping, store } = openLab()
    await keeping.backUp(file)
    await keeping.backUp(file)
    const note = join(folder, 'note.txt')
    writeFileSync(note, 'mine')
    symlinkSync(file, join(folder, 'link'))
    mkdirSync(join(folder, 'dir'))
    for (const target of [note, join(folder, 'link'), join(folder, 'dir')])
      await expect(keeping.backUp(target)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(readFileSync(note, 'utf8')).toBe('mine')
    await expect(keeping.backUp(join(folder, 'none', 'x'))).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(keeping.backUp('x')).rejects.toMatchObject({ code: 'invalid_input' })
    expect(readdirSync(folder).sort()).toEqual(['dir', 'lab.tranche', 'link', 'note.txt', 'state'])
    store.close()
  })

  it('leaves nothing half on a full disk, and an earlier backup as it was', async ({ skip }) => {
    const { folder, keeping, store } = openLab()
    const disk = smallDisk(join(folder, 'disk'), 8)
    if (!disk)
      return skip('a small disk needs the right to mount one (root)')
    const file = join(folder, 'disk', 'lab.tranche')
    await keeping.backUp(file)
    const before = readFileSync(file)
    disk.fill()
    await expect(keeping.backUp(file)).rejects.toMatchObject({ code: 'disk_full' })
    expect(readdirSync(join(folder, 'disk')).sort()).toEqual(['filler', 'lab.tranche'])
    expect(readFileSync(file).equals(before)).toBe(true)
    await expect(restore(file, join(folder, 'disk', 'lab'), 1)).rejects.toMatchObject({ code: 'disk_full' })
    expect(readdirSync(join(folder, 'disk')).sort()).toEqual(['filler', 'lab.tranche'])
    store.close()
  })

  it('is whole or the earlier one when its writer is killed at any moment', async () => {
    const { file, folder, stateDir, keeping, store } = openLab()
    await keeping.backUp(file)
    store.close()
    for (let round = 0; round < 8; round++) {
      const writer = spawn(process.execPath, [join(repoRoot, 'out/main/cli.js'), 'backup', file, '--state', stateDir], { stdio: 'ignore' })
      const gone = once(writer, 'exit')
      await sleep(150 + round * 120)
      writer.kill('SIGKILL')
      await gone
      const restored = join(folder, `restored-${round}`)
      expect(await restore(file, restored, 1)).toMatchObject({ jobs: 3 })
    }
  })
})

describe('a restore', () => {
  it('sets the present lab aside and takes its place', async () => {
    const { stateDir, file, keeping, store, addJob } = openLab()
    await keeping.backUp(file)
    addJob({ id: 'job_later' })
    store.close()
    const then = contents(stateDir)
    const { before } = await restore(file, stateDir, Date.UTC(2026, 0, 2, 3, 4, 5))
    expect(before).toBe(`${stateDir}.before-restore-2026-01-02T03-04-05-000Z`)
    expect(contents(before ?? '')).toEqual(then)
    expect(contents(stateDir).rows.job.map(row => (row as { id: string }).id)).toEqual(['job_done', 'job_runs', 'job_waits'])
    takeOwnership(prepareStateDir(stateDir), 'app', 0).release()
  })

  it('is refused while someone owns the lab, with the owner\'s name', async () => {
    const { stateDir, file, paths, keeping, store } = openLab()
    await keeping.backUp(file)
    store.close()
    const ownership = takeOwnership(paths, 'serve', 1)
    const then = contents(stateDir)
    await expect(restore(file, stateDir, 1)).rejects.toMatchObject({ code: 'state_owned', message: expect.stringContaining(`process ${process.pid} (serve)`) })
    expect(contents(stateDir)).toEqual(then)
    ownership.release()
  })

  it('puts the present lab back when the new one cannot take its place', async () => {
    const { folder, stateDir, file, keeping, store } = openLab()
    await keeping.backUp(file)
    store.close()
    const then = contents(stateDir)
    const nowMs = Date.UTC(2026, 0, 2)
    // A name that takes one byte too many once the time is added: the folder itself can be there, what sets it aside cannot.
    const long = join(folder, 'x'.repeat(230))
    cpSync(stateDir, long, { recursive: true })
    await expect(restore(file, long, nowMs)).rejects.toThrow()
    expect(contents(long)).toEqual(then)
    expect(readdirSync(folder).filter(name => name.startsWith('xx'))).toEqual(['x'.repeat(230)])
  })

  it('goes into an empty folder, and into none that holds something else', async () => {
    const { folder, file, keeping, store } = openLab()
    await keeping.backUp(file)
    store.close()
    mkdirSync(join(folder, 'empty'))
    await restore(file, join(folder, 'empty'), 1)
    mkdirSync(join(folder, 'home'))
    writeFileSync(join(folder, 'home', 'letter.txt'), 'mine')
    await expect(restore(file, join(folder, 'home'), 1)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(readdirSync(join(folder, 'home'))).toEqual(['letter.txt'])
    await expect(restore(join(folder, 'none'), join(folder, 'new'), 1)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('refuses whatever is not a whole backup, before anything is touched', async () => {
    const { folder, stateDir, file, keeping, store } = openLab()
    await keeping.backUp(file)
    store.close()
    const then = contents(stateDir)
    const bad = (name: string) => join(folder, `${name}.bad`)
    const size = statSync(file).size
    for (const [name, keep] of [['half', size / 2], ['almost', size - 1024 - 512], ['head', 512], ['empty', 0]] as const) {
      cpSync(file, bad(name))
      truncateSync(bad(name), keep)
    }
    for (const [name, at] of [['database', Math.floor(size / 3)], ['manifest', readFileSync(file).lastIndexOf('sha256') + 10], ['header', 20]] as const) {
      const bytes = readFileSync(file)
      bytes[at] ^= 0xFF
      writeFileSync(bad(name), bytes)
    }
    writeFileSync(bad('text'), 'this is not a backup '.repeat(100))
    await forge(file, bad('climbs'), { names: path => path.replace('jobs/job_done/results', 'jobs/../../..') })
    await forge(file, bad('absolute'), { names: path => path.startsWith('jobs/') ? `/${path}` : path })
    await forge(file, bad('extra'), { extra: 'owner.json' })
    await forge(file, bad('twice'), { extra: 'tranche.db' })
    await forge(file, bad('unlisted'), { extra: 'jobs/job_done/results/more.json' })
    const names = readdirSync(folder).filter(name => name.endsWith('.bad'))
    for (const name of names)
      await expect(restore(join(folder, name), stateDir, 1), name).rejects.toMatchObject({ code: 'invalid_input' })
    await forge(file, bad('newer'), { last: text => JSON.stringify({ ...JSON.parse(text), schema: migrations.length + 1 }) })
    await expect(restore(bad('newer'), stateDir, 1)).rejects.toMatchObject({ code: 'state_newer' })
    expect(contents(stateDir)).toEqual(then)
    expect(readdirSync(folder).filter(name => !name.endsWith('.bad')).sort()).toEqual(['lab.tranche', 'state'])
    expect(existsSync(join(folder, '..', 'more.json'))).toBe(false)
  })

  it('says in its manifest what it has', async () => {
    const { file, keeping, store } = openLab()
    await keeping.backUp(file)
    store.close()
    const paths: string[] = []
    let manifest = ''
    for await (const { path, contents } of readArchive(file)) {
      paths.push(path)
      if (path === 'manifest.json')
        manifest = await readText(contents())
    }
    expect(paths[0]).toBe('tranche-backup.json')
    expect(paths.at(-1)).toBe('manifest.json')
    expect(JSON.parse(manifest)).toMatchObject({ version: '0.0.0-test', schema: migrations.length, atMs: 1_000_000, jobs: 3, missing: [] })
    expect(JSON.parse(manifest).parts.map(({ path }: { path: string }) => path)).toEqual(paths.slice(1, -1))
  })
})

describe('a clone', () => {
  it('without jobs is the same lab without a past, and stands alone', async () => {
    const { folder, stateDir, keeping, store, paths } = openLab()
    const blob = join(paths.blobs, 'sha256', 'ab', 'ab'.repeat(32))
    mkdirSync(join(blob, '..'), { recursive: true })
    writeFileSync(blob, 'weights')
    store.settings.setScheduler({ ...store.settings.scheduler(), keepBackups: 3 })
    store.windows.insert({ id: 'window_1', name: 'nights', devices: ['device_virtual', 'device_real'], tenants: [], time: { kind: 'once', fromMs: 1, toMs: 2 } })
    store.templates.save({ name: 'mine', submission: { recipe: 'ocr' }, savedAtMs: 1 })
    const dir = join(folder, 'clone')
    expect(await keeping.clone(dir, false)).toEqual({ dir, jobs: 0 })
    store.close()
    const clone = openStore(prepareStateDir(dir))
    expect(clone.devices.all().map(({ id }) => id)).toEqual(['device_virtual'])
    expect(clone.slices.all().map(({ id }) => id)).toEqual(['slice_virtual'])
    expect(clone.windows.all()).toMatchObject([{ devices: ['device_virtual'] }])
    expect(clone.templates.all()).toHaveLength(1)
    expect(clone.settings.scheduler().keepBackups).toBe(3)
    expect(clone.tenants.all()).toHaveLength(2)
    expect([clone.jobs.any(), clone.leases.live(), clone.db.prepare('SELECT * FROM item').all()]).toEqual([false, [], []])
    expect(clone.events.list(0, 10)).toMatchObject([{ seq: 1, type: 'lab.cloned' }])
    expect(clone.leases.insert({ id: 'l', holder: 'vm', holderKind: 'outside', role: 'current', grantedAtMs: 1, expiresAtMs: null, idleAfterMs: null, usedAtMs: 1, sliceIds: ['slice_virtual'] }).epoch).toBe(1)
    clone.close()
    // Not a trace of the jobs' inputs is left in the file.
    expect(readFileSync(join(dir, 'tranche.db')).includes('/pictures/')).toBe(false)
    expect(existsSync(join(dir, 'jobs', 'job_done'))).toBe(false)
    rmSync(stateDir, { recursive: true })
    expect(readFileSync(join(dir, 'blobs', 'sha256', 'ab', 'ab'.repeat(32)), 'utf8')).toBe('weights')
  })

  it('with jobs is all that a backup has', async () => {
    const { folder, stateDir, keeping, store } = openLab()
    const dir = join(folder, 'clone')
    expect(await keeping.clone(dir, true)).toEqual({ dir, jobs: 3 })
    store.close()
    expect(contents(dir)).toEqual(contents(stateDir))
  })

  it('is made only where nothing is, and not within the lab itself', async () => {
    const { folder, stateDir, keeping, store } = openLab()
    for (const dir of [stateDir, join(stateDir, 'clone'), 'clone'])
      await expect(keeping.clone(dir, false)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(readdirSync(folder)).toEqual(['state'])
    store.close()
  })
})
