import type { FromWorker } from '../../src-main/runtime/protocol'
import type { ResultWriter } from '../../src-main/runtime/worker/writer/resultWriter'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { createCheckpoints } from '../../src-main/runtime/worker/checkpoints'

/** A disk that takes a group when it is told to. */
function setting() {
  const groups: { readonly count: number, readonly done: () => void, readonly fail: (why: Error) => void }[] = []
  let end = 0
  const writer: ResultWriter = {
    write: ({ records }) => new Promise((resolve, reject) => {
      const at = end
      end += records.reduce((sum, { bytes }) => sum + bytes, 0)
      groups.push({ count: records.length, done: () => resolve(at), fail: reject })
    }),
  }
  const said: Extract<FromWorker, { type: 'batch' }>[] = []
  const checkpoints = createCheckpoints({ jobId: 'job_1', epoch: 3, resultsDir: '/results' }, { writer, say: message => void (message.type === 'batch' && said.push(message)) })
  return { checkpoints, groups, said, outcomes: () => said.flatMap(({ outcomes }) => outcomes) }
}

async function settle(promise: Promise<void>): Promise<boolean> {
  const late = Symbol('late')
  return await Promise.race([promise.catch(() => {}), sleep(20, late)]) !== late
}

describe('checkpoints', () => {
  it('write the first result at once, and together what comes meanwhile', async () => {
    const { checkpoints, groups, said } = setting()
    for (let index = 0; index < 50; index++)
      checkpoints.add(index, { result: index })
    expect(groups.map(({ count }) => count)).toEqual([1])
    const flushing = checkpoints.flush()
    groups[0].done()
    await sleep(0)
    expect(groups.map(({ count }) => count)).toEqual([1, 49])
    groups[1].done()
    await flushing
    expect(said.map(({ outcomes }) => outcomes.length)).toEqual([1, 49])
  })

  it('report nothing that is not on disk, and everything once, in order and with its place', async () => {
    const { checkpoints, groups, outcomes } = setting()
    checkpoints.add(0, { result: 'a', files: [{ name: 'y.npy', bytes: new Uint8Array(100) }] })
    checkpoints.add(1, { failed: new TrancheError('unreadable_input', 'It is no picture.') })
    checkpoints.add(2, { result: 'c' })
    const flushing = checkpoints.flush()
    await sleep(5)
    expect(outcomes()).toEqual([])
    groups[0].done()
    await sleep(0)
    expect(outcomes()).toMatchObject([{ index: 0, ok: true, at: 0, withFiles: true }])
    groups[1].done()
    await flushing
    const [first, failed, third] = outcomes()
    expect(outcomes()).toHaveLength(3)
    expect(failed).toMatchObject({ index: 1, ok: false, error: { code: 'unreadable_input' } })
    expect(third).toMatchObject({ index: 2, ok: true, at: first.ok && first.bytes, withFiles: false })
  })

  it('write what waits though nothing more comes', async () => {
    const { checkpoints, groups, outcomes } = setting()
    checkpoints.add(0, { result: 0 })
    groups[0].done()
    await sleep(0)
    checkpoints.add(1, { result: 1 })
    await expect.poll(() => groups.length).toBe(2)
    groups[1].done()
    await expect.poll(() => outcomes().length).toBe(2)
  })

  it('hold the next inputs back where the disk is far behind', async () => {
    const { checkpoints, groups } = setting()
    const large = () => ({ result: null, files: [{ name: 'y.npy', bytes: new Uint8Array(17 * 2 ** 20) }] })
    checkpoints.add(0, large())
    checkpoints.add(1, large())
    expect(await settle(checkpoints.room())).toBe(true)
    checkpoints.add(2, large())
    const room = checkpoints.room()
    expect(await settle(room)).toBe(false)
    groups[0].done()
    await room
    expect(groups.map(({ count }) => count)).toEqual([1, 2])
  })

  it('end the job with the failure of the disk, and report nothing of that group', async () => {
    const { checkpoints, groups, outcomes } = setting()
    checkpoints.add(0, { result: 0 })
    groups[0].fail(new TrancheError('disk_full', 'The disk is full.'))
    await sleep(0)
    await expect(checkpoints.room()).rejects.toMatchObject({ code: 'disk_full' })
    expect(outcomes()).toEqual([])
  })

  it('keep what was made before an input showed that the job cannot go on', async () => {
    const { checkpoints, groups, outcomes } = setting()
    checkpoints.add(0, { result: 0 })
    checkpoints.add(1, { result: 1 })
    checkpoints.add(2, { failed: new TrancheError('bad_model', 'It does not fit.') })
    const ended = expect(checkpoints.room()).rejects.toMatchObject({ code: 'bad_model' })
    groups[0].done()
    await sleep(0)
    groups[1].done()
    await ended
    expect(outcomes().map(({ index }) => index)).toEqual([0, 1])
  })

  it('fail one input alone that gives what no file can be named after', async () => {
    const { checkpoints, outcomes } = setting()
    checkpoints.add(0, { result: 0, files: [{ name: '../up', bytes: new Uint8Array(1) }] })
    await checkpoints.flush()
    expect(outcomes()).toMatchObject([{ index: 0, ok: false, error: { code: 'internal' } }])
  })
})
