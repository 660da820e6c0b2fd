import type { ImportedGpu } from '../../src-renderer/smi/additions'
import type { PullStage } from '../../src-renderer/stores/pull'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { importSmi } from '../../src-main/inventory/smiText/importSmi'
import { healthFigures, processWords } from '../../src-renderer/healthWords'
import { minutesToMs } from '../../src-renderer/leaseTimes'
import { additionOf, slotsTold } from '../../src-renderer/smi/additions'
import { comparisonWords, gpusWords, sharedDifferences, valueWords } from '../../src-renderer/smi/differences'
import { lineRange } from '../../src-renderer/smi/lineRange'
import { mostText, readTextFile } from '../../src-renderer/smi/readTextFile'
import { createPoll } from '../../src-renderer/stores/poll'

const gpu: ImportedGpu = { index: 0, name: 'NVIDIA A30', uuid: null, model: 'A30-24GB', migEnabled: true, memoryMiB: 24_576, profiles: [], instances: [] }
const instance = { profile: '2g.12gb', profileId: 5, instanceId: 1, start: 2, size: 2 }
const fileOf = (content: BlobPart) => new File([content], 'gpus.txt')

describe('a virtual GPU like an imported one', () => {
  it('has the layout that MIG has', () => expect(additionOf({ ...gpu, instances: [instance] })).toEqual({ model: 'A30-24GB', mode: 'mig', layout: [{ profile: '2g.12gb', start: 2 }] }))
  it('is uncut where MIG is on without instances', () => expect(additionOf(gpu)).toEqual({ model: 'A30-24GB', mode: 'mig', layout: [] }))
  it.each([false, null])('is whole where MIG is %s', migEnabled => expect(additionOf({ ...gpu, migEnabled })).toEqual({ model: 'A30-24GB', mode: 'passthrough' }))
  it('cannot be made without a table', () => expect(additionOf({ ...gpu, model: null })).toBeNull())
  it('is drawn on as many slots as the driver tells of', () => {
    const profile = { id: 5, name: '2g.12gb', memoryGiB: null, sm: null, maxInstances: null, starts: [0, 2], size: 2 }
    expect(slotsTold({ profiles: [], instances: [] })).toBe(1)
    expect(slotsTold({ profiles: [], instances: [{ ...instance, start: 0 }] })).toBe(2)
    expect(slotsTold({ profiles: [profile], instances: [] })).toBe(4)
  })
})

describe('differences between drivers and tables', () => {
  const sm = { profile: '1g.6gb', field: 'sm', table: 14, driver: 16 }

  it('tells what GPUs of one model share once', () => {
    const gpus = [gpu, { ...gpu, index: 1 }, { ...gpu, index: 2, model: 'A40-48GB' }]
    const shared = sharedDifferences([0, 1, 2].map(index => ({ device: `GPU ${index}`, ...sm })), gpus)
    expect(shared).toEqual([{ ...sm, devices: ['GPU 0', 'GPU 1'] }, { ...sm, devices: ['GPU 2'] }])
    expect(gpusWords(shared[0].devices)).toBe('GPU 0, 1')
  })

  it('tells the same field apart where drivers differ', () => {
    const shared = sharedDifferences([{ device: 'GPU 0', ...sm }, { device: 'GPU 1', ...sm, driver: 18 }], [gpu, { ...gpu, index: 1 }])
    expect(shared.map(({ driver }) => driver)).toEqual([16, 18])
  })

  it('does not call it agreement where nothing was compared', () => {
    expect(comparisonWords({ devices: [gpu] }, 0)).toContain('Nothing could be compared')
    expect(comparisonWords({ devices: [{ ...gpu, profiles: [{ id: 5, name: null, memoryGiB: null, sm: null, maxInstances: null, starts: null, size: null }] }] }, 0)).toContain('agree')
    expect(comparisonWords({ devices: [gpu] }, 1)).toBe('This driver differs from the built-in table in 1 place: drivers change them.')
  })

  it('names the GPUs as the lab does', () => {
    const gpus = readGpuTables(resolve(import.meta.dirname, '../../resources'))
    const text = [0, 1].map(index => `GPU ${index}: NVIDIA A30 (UUID: GPU-${index})\n|   ${index}  MIG 4g.24gb          0     1/1        23.44      No     50     4     0   |\n`).join('')
    const { devices, differences } = importSmi(`+---+\n| GPU instance profiles: |\n| GPU   Name             ID    Instances   Memory     P2P    SM    DEC   ENC  |\n|===|\n${text}`, gpus)
    expect(sharedDifferences(differences, devices).filter(({ devices: on }) => on.length === 1)).toEqual([])
  })

  it('says what a side does not know', () => {
    expect(valueWords({ field: 'profile' }, null)).toBe('not listed')
    expect(valueWords({ field: 'sm' }, null)).toBe('not known')
  })
})

describe('a file of text', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode('GPU 0: é')],
    ['UTF-16 of a Windows shell', new Uint8Array([0xFF, 0xFE, ...Buffer.from('GPU 0: é', 'utf16le')])],
    ['UTF-16, big end first', new Uint8Array([0xFE, 0xFF, ...Buffer.from('GPU 0: é', 'utf16le').swap16()])],
  ])('is read from %s', async (_name, content) => expect(await readTextFile(fileOf(content))).toEqual({ text: 'GPU 0: é' }))

  it.each([
    ['with zeros in it', new Uint8Array([0x89, 0x50, 0, 0, 0, 13]), 'is no text file'],
    ['of bytes that are no characters', new Uint8Array(400).fill(0xB5), 'is no text file'],
    ['that is empty', new Uint8Array(), 'is empty'],
    ['that is too large', new Uint8Array(mostText + 1).fill(65), 'at most 8 MiB'],
  ])('is refused %s, in words', async (_name, content, words) => {
    expect(await readTextFile(fileOf(content))).toEqual({ refused: expect.stringContaining(words) })
  })

  it('takes the largest', async () => expect(await readTextFile(fileOf(new Uint8Array(mostText).fill(65)))).toHaveProperty('text.length', mostText))

  it('that is gone is refused', async () => {
    const gone = Object.assign(fileOf('GPU'), { slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) })
    expect(await readTextFile(gone)).toEqual({ refused: expect.stringContaining('could not be read') })
  })
})

it('finds lines of a text', () => {
  const text = 'one\ntwo\n\nfour'
  const line = (number: number) => {
    const range = lineRange(text, number)
    return range && text.slice(range.from, range.to)
  }
  expect([1, 2, 3, 4, 5].map(line)).toEqual(['one', 'two', '', 'four', undefined])
})

describe('health', () => {
  const health = { device: 'device_1', atMs: 0, memoryUsedMiB: 1536, utilisation: 0.426, temperatureC: 61.4, powerW: 231.7, eccErrors: 0, processes: [] }

  it('is said in a line', () => expect(healthFigures(health, 24_576).map(({ words }) => words)).toEqual(['61 °C', '232 W', '1.5 GiB of 24 GiB used', '43 % busy', 'no ECC errors']))
  it('marks errors', () => expect(healthFigures({ ...health, eccErrors: 2 }, 24_576).at(-1)).toMatchObject({ words: '2 ECC errors', isBad: true }))
  it('leaves out what the driver does not tell', () => expect(healthFigures({ ...health, temperatureC: null, powerW: null, memoryUsedMiB: null, utilisation: null, eccErrors: null }, 24_576)).toEqual([]))
  it('names processes', () => expect(processWords([{ pid: 7, memoryMiB: 812 }, { pid: 8, memoryMiB: null }])).toEqual(['process 7, 812 MiB', 'process 8']))
})

it('takes whole minutes up to a year for the time of a lease', () => {
  expect([1, 90, 525_600].map(minutesToMs)).toEqual([60_000, 5_400_000, 31_536_000_000])
  expect(['' as const, 0, -1, 1.5, 525_601, Number.NaN].map(minutesToMs)).toEqual(Array.from({ length: 6 }, () => undefined))
})

describe('a poll', () => {
  /** A stage whose clock moves only when told to. */
  function stage() {
    let nowMs = 0
    let isHidden = false
    let due: { atMs: number, run: () => void }[] = []
    const shown = new Set<() => void>()
    const value: PullStage = {
      now: () => nowMs,
      after: (ms, run) => void due.push({ atMs: nowMs + ms, run }),
      hidden: () => isHidden,
      onShown(run) {
        shown.add(run)
        return () => shown.delete(run)
      },
    }
    return {
      value,
      listeners: () => shown.size,
      async pass(ms: number) {
        for (const end = nowMs + ms; nowMs < end; nowMs += 100) {
          const ready = due.filter(({ atMs }) => atMs <= nowMs)
          due = due.filter(({ atMs }) => atMs > nowMs)
          ready.forEach(({ run }) => run())
          await new Promise(setImmediate)
        }
      },
      hide(hidden: boolean) {
        isHidden = hidden
        if (!hidden)
          shown.forEach(run => run())
      },
    }
  }

  function polled() {
    const time = stage()
    let reads = 0
    const poll = createPoll(async () => void (reads += 1), 2000, time.value)
    return { ...time, ...poll, reads: () => reads }
  }

  it('reads at once and every two seconds, once for all who follow', async () => {
    const { follow, pass, reads } = polled()
    follow()
    follow()
    await pass(6100)
    expect(reads()).toBe(4)
  })

  it('stops with the last who follows, however often one says so', async () => {
    const { follow, pass, reads, listeners } = polled()
    const [first, second] = [follow(), follow()]
    await pass(100)
    first()
    first()
    await pass(4000)
    expect(reads()).toBe(3)
    second()
    await pass(10_000)
    expect([reads(), listeners()]).toEqual([3, 0])
    follow()
    await pass(100)
    expect(reads()).toBe(4)
  })

  it('rests while the window is hidden and reads when it is shown again', async () => {
    const { follow, pass, hide, reads } = polled()
    follow()
    await pass(100)
    hide(true)
    await pass(20_000)
    expect(reads()).toBe(1)
    hide(false)
    await pass(100)
    expect(reads()).toBe(2)
  })

  it('waits for a slow read before the next', async () => {
    const time = stage()
    let running = 0
    let most = 0
    const ends: (() => void)[] = []
    createPoll(async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise<void>(resolve => ends.push(resolve))
      running -= 1
    }, 2000, time.value).follow()
    await time.pass(10_000)
    expect([ends.length, most]).toEqual([1, 1])
    ends[0]()
    await time.pass(200)
    expect([ends.length, most]).toEqual([2, 1])
  })
})
