import type { ItemRow } from '../../src-main/store/items'
import { Buffer } from 'node:buffer'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { placeText } from '../../src-main/runtime/results/place'
import { encodeRecord } from '../../src-main/runtime/results/record'
import { createPack } from '../../src-main/runtime/worker/writer/pack'
import { exportResults, outputPaths, readResult, removeStrayResults, resultsDir } from '../../src-main/scheduler/resultFiles'
import { jobRow } from '../helpers/jobRow'
import { smallDisk } from '../helpers/smallDisk'
import { tempDir } from '../helpers/tempDir'

/** A job whose first two results an earlier version wrote, and whose last two lie in a pack. */
function mixed(jobsDir: string): ItemRow[] {
  const folder = resultsDir(jobsDir, 'job_1')
  mkdirSync(join(folder, '000001.e1'), { recursive: true })
  writeFileSync(join(folder, '000000.e1.json'), '{"n":0}\n')
  writeFileSync(join(folder, '000001.e1', 'result.json'), '{"n":1}\n')
  writeFileSync(join(folder, '000001.e1', 'y.npy'), 'one')
  const pack = createPack(folder, 2)
  const inPack = [{ result: { n: 2 } }, { result: { n: 3 }, files: [{ name: 'y.npy', bytes: Buffer.from('three') }] }].map((output, place) => {
    const { pieces, bytes, withFiles } = encodeRecord(2 + place, output)
    return placeText({ epoch: 2, at: pack.append(Buffer.concat(pieces)), bytes, withFiles })
  })
  pack.close()
  return ['000000.e1.json', '000001.e1/result.json', ...inPack].map((output, idx) => ({ jobId: 'job_1', idx, input: null, state: 'done', output, error: null, epoch: output.startsWith('e2') ? 2 : 1 }))
}

describe('the results of a job', () => {
  it('are read and written as files wherever they lie, also those of an earlier version', async () => {
    const jobsDir = tempDir()
    const items = mixed(jobsDir)
    expect(await Promise.all(items.map(item => readResult(jobsDir, item)))).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }])
    const out = join(jobsDir, 'out')
    for (let again = 0; again < 2; again++)
      expect(await exportResults('job_1', items, jobsDir, out)).toBe(4)
    expect(readdirSync(out).sort()).toEqual(['input-0.json', 'input-1', 'input-2.json', 'input-3'])
    expect(readFileSync(join(out, 'input-2.json'), 'utf8')).toBe('{"n":2}\n')
    expect(readFileSync(join(out, 'input-1', 'y.npy'), 'utf8')).toBe('one')
    expect(readFileSync(join(out, 'input-3', 'y.npy'), 'utf8')).toBe('three')
    expect(outputPaths(jobRow({ id: 'job_1', state: 'done', outDir: out }), items, jobsDir).map(path => path && readFileSync(path, 'utf8'))).toEqual(['{"n":0}\n', '{"n":1}\n', '{"n":2}\n', '{"n":3}\n'])
  })

  it('have no path as files before they were copied anywhere', () => {
    const jobsDir = tempDir()
    const items = mixed(jobsDir)
    expect(outputPaths(jobRow({ id: 'job_1', state: 'done', outDir: null }), items, jobsDir).slice(2)).toEqual([null, null])
  })

  it('are kept when what nothing refers to is removed', async () => {
    const jobsDir = tempDir()
    const items = mixed(jobsDir)
    const folder = resultsDir(jobsDir, 'job_1')
    createPack(folder, 7).close()
    writeFileSync(join(folder, '000009.e1.json'), '{}')
    await removeStrayResults(jobsDir, 'job_1', items)
    expect(readdirSync(folder).sort()).toEqual(['000000.e1.json', '000001.e1', 'e2.pack'])
    expect(await Promise.all(items.map(item => readResult(jobsDir, item)))).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }])
  })
})

describe('a pack on a full disk', () => {
  it('adds nothing, gives back what it took of it, and goes on at the same place once there is space', ({ skip }) => {
    const folder = tempDir()
    const disk = smallDisk(join(folder, 'disk'), 4)
    if (!disk)
      return skip('a small disk needs the right to mount one (root)')
    const path = join(folder, 'disk', 'e1.pack')
    const pack = createPack(join(folder, 'disk'), 1, () => Infinity)
    expect(pack.append(Buffer.from('first'))).toBe(0)
    expect(() => pack.append(new Uint8Array(8 * 2 ** 20))).toThrow(expect.objectContaining({ code: 'ENOSPC' }) as Error)
    expect(readFileSync(path, 'utf8')).toBe('first')
    expect(pack.append(Buffer.from('second'))).toBe(5)
    expect(readFileSync(path, 'utf8')).toBe('firstsecond')
    pack.close()
  })

  it('leaves the last of it to the database', () => {
    const folder = tempDir()
    let free = 2 ** 30
    const pack = createPack(folder, 1, () => free)
    expect(pack.append(new Uint8Array(10))).toBe(0)
    free = 2 ** 20
    expect(() => pack.append(new Uint8Array(10))).toThrow(expect.objectContaining({ code: 'disk_full' }) as Error)
    free = 2 ** 30
    expect(pack.append(new Uint8Array(10))).toBe(10)
    pack.close()
  })
})
