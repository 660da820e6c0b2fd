import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { migrate, migrations } from '../../src-main/store/migrate'
import { takeOwnership } from '../../src-main/store/ownership'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { openStore } from '../../src-main/store/store'
import { serve } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

describe('the state folder', () => {
  it('has one owner at a time, and names the live one by its pid', async () => {
    const stateDir = tempDir()
    const lab = await serve(stateDir)
    expect(() => takeOwnership(prepareStateDir(stateDir), 'app', 0)).toThrow(`process ${lab.pid} (serve)`)
    await lab.stop()
    takeOwnership(prepareStateDir(stateDir), 'app', 0).release()
  })

  it('is taken over at once from an owner that was killed', async () => {
    const stateDir = tempDir()
    const lab = await serve(stateDir)
    await lab.kill()
    expect(existsSync(join(stateDir, 'owner.json'))).toBe(true)
    const ownership = takeOwnership(prepareStateDir(stateDir), 'app', 0)
    expect(() => takeOwnership(prepareStateDir(stateDir), 'cli', 0)).toThrow(`process ${process.pid} (app)`)
    ownership.release()
  })

  it('is not believed to be free because someone wrote nonsense into the owner\'s note', () => {
    const paths = prepareStateDir(tempDir())
    const ownership = takeOwnership(paths, 'app', 0)
    writeFileSync(paths.ownerNote, '{"pid": "none"}')
    expect(() => takeOwnership(paths, 'cli', 0)).toThrow('in use by a process that is just starting')
    ownership.release()
  })

  it('is readable by its owner alone', () => {
    const stateDir = join(tempDir(), 'state')
    prepareStateDir(stateDir)
    expect(statSync(stateDir).mode & 0o777).toBe(0o700)
  })

  it('must be a folder', () => {
    const file = join(tempDir(), 'file')
    writeFileSync(file, '')
    expect(() => prepareStateDir(file)).toThrow('is a file')
    expect(() => prepareStateDir(join(file, 'below'))).toThrow('is a file, or lies under one')
  })
})

describe('the database', () => {
  it('is refused when a newer Tranche wrote it, and left as it was', () => {
    const paths = prepareStateDir(tempDir())
    openStore(paths).close()
    const db = new Database(paths.database)
    db.pragma(`user_version = ${migrations.length + 1}`)
    db.close()
    expect(() => openStore(paths)).toThrow('Install a newer Tranche')
    expect(new Database(paths.database, { readonly: true }).pragma('user_version', { simple: true })).toBe(migrations.length + 1)
  })

  it.each([
    ['overwritten with something else', 'this is not a database, it only has its name'.repeat(100)],
    ['cut to its header', 'SQLite format 3\0'],
  ])('is called damaged when it was %s', (_how, content) => {
    const paths = prepareStateDir(tempDir())
    writeFileSync(paths.database, content)
    expect(() => openStore(paths)).toThrow('is damaged')
  })

  it('is backed up before each upgrade, and a step that fails changes nothing', () => {
    const paths = prepareStateDir(tempDir())
    const store = openStore(paths)
    store.db.exec(`INSERT INTO meta VALUES ('kept', 'yes')`)
    const steps = [...migrations, 'ALTER TABLE meta ADD COLUMN extra TEXT', 'THIS IS NOT SQL']
    expect(() => migrate(store.db, paths.backups, steps)).toThrow('syntax error')
    expect(store.db.pragma('user_version', { simple: true })).toBe(migrations.length + 1)
    expect(store.db.prepare('SELECT key, extra FROM meta').all()).toEqual([{ key: 'kept', extra: null }])
    store.close()
    const [backup] = readdirSync(paths.backups)
    const before = new Database(join(paths.backups, backup), { readonly: true })
    expect(before.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(before.prepare('SELECT * FROM meta').all()).toEqual([{ key: 'kept', value: 'yes' }])
    before.close()
  })

  it('lets nobody rewrite the event log, overlap slices or lease a slice twice, whatever code asks for it', () => {
    const store = openStore(prepareStateDir(tempDir()))
    store.events.append(1, 'job.queued', 'job_1', {})
    expect(() => store.db.exec(`UPDATE event SET type = 'job.done'`)).toThrow('append-only')
    expect(() => store.db.exec('DELETE FROM event')).toThrow('append-only')
    store.devices.insert({ id: 'd', kind: 'virtual-gpu', model: 'A100-80GB', name: 'Virtual', mode: 'mig', memoryMiB: 81920, hardwareKey: null, present: true, availability: 'open', availabilityReason: null, label: null, settings: {}, createdAtMs: 1 })
    const slice = { deviceId: 'd', parentId: null, profile: '3g.40gb', memoryMiB: 40192, computeShare: 0.5, sm: 42, createdAtMs: 1 }
    store.slices.insert({ ...slice, id: 's', start: 4, size: 4 })
    expect(() => store.slices.insert({ ...slice, id: 't', start: 2, size: 4 })).toThrow('cannot overlap')
    store.close()
  })

  it('keeps every acknowledged write when its process is killed right after', async () => {
    const stateDir = tempDir()
    const script = `
      import Database from 'better-sqlite3'
      const db = new Database(${JSON.stringify(join(stateDir, 'tranche.db'))})
      const insert = db.prepare("INSERT INTO event (atMs, type, subject, data) VALUES (1, 't', 's', '{}')")
      for (;;) process.stdout.write(insert.run().lastInsertRowid + '\\n')`
    openStore(prepareStateDir(stateDir)).close()
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'], cwd: join(import.meta.dirname, '..', '..') })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += String(chunk)
      // A socket takes some hundred small writes that nobody has read yet; the child, which never turns its loop, says nothing after these.
      if (said.length > 600)
        child.kill('SIGKILL')
    })
    await once(child, 'close')
    const acknowledged = Number(said.split('\n').at(-2))
    const store = openStore(prepareStateDir(stateDir))
    expect(acknowledged).toBeGreaterThan(100)
    expect(store.events.lastSeq()).toBeGreaterThanOrEqual(acknowledged)
    store.close()
  })
})
