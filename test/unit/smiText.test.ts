import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { importSmi } from '../../src-main/inventory/smiText/importSmi'
import { readSmiText } from '../../src-main/inventory/smiText/readSmiText'
import { resourcesDir } from '../../src-main/resources'

const gpus = readGpuTables(resourcesDir())
const folder = join(import.meta.dirname, '../fixtures/smi')

function transcript(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

const old = transcript('a100-40gb-driver-450.txt')
const twoGpus = transcript('h100-two-gpus-driver-550.txt')

function tellsNoMore(part: object, whole: object): boolean {
  const known = new Map<string, unknown>(Object.entries(whole))
  return Object.entries(part).every(([field, value]) => value === null || String(value) === String(known.get(field)))
}

/** Facts of a driver that knows no profiles 15 and 20 and gives other sizes than later ones. */
function expectOldDriver(text: string) {
  const { devices, differences, problems } = importSmi(text, gpus)
  expect(problems).toEqual([])
  expect(devices).toHaveLength(1)
  expect(devices[0]).toMatchObject({ index: 0, name: 'A100-PCIE-40GB', model: 'A100-40GB', migEnabled: true, memoryMiB: null, instances: [] })
  expect(devices[0].profiles.map(({ id, name, sm, maxInstances, starts, size }) => [id, name, sm, maxInstances, starts, size])).toEqual([
    [19, '1g.5gb', 14, 7, [0, 1, 2, 3, 4, 5, 6], 1],
    [14, '2g.10gb', 28, 3, [0, 2, 4], 2],
    [9, '3g.20gb', 42, 2, [0, 4], 4],
    [5, '4g.20gb', 56, 1, [0], 4],
    [0, '7g.40gb', 98, 1, [0], 8],
  ])
  expect(differences.map(({ device }) => device)).toEqual(differences.map(() => 'GPU 0'))
  expect(differences.filter(({ field }) => field === 'profile').map(({ profile, driver }) => [profile, driver])).toEqual([['1g.5gb+me', null], ['1g.10gb', null]])
  expect(differences.filter(({ field }) => field !== 'profile')).toEqual([
    { device: 'GPU 0', profile: '2g.10gb', field: 'memoryGiB', table: 9.63, driver: 9.75 },
    { device: 'GPU 0', profile: '3g.20gb', field: 'memoryGiB', table: 19.5, driver: 19.62 },
    { device: 'GPU 0', profile: '4g.20gb', field: 'memoryGiB', table: 19.5, driver: 19.62 },
    { device: 'GPU 0', profile: '7g.40gb', field: 'memoryGiB', table: 39.25, driver: 39.5 },
  ])
}

describe('the text of nvidia-smi', () => {
  it('of an old driver differs from the table in sizes and in the profiles that it lacks', () => {
    expectOldDriver(old)
  })

  const recorded = join(import.meta.dirname, '../../../shared/data/smi/a100-40gb-old-driver.txt')
  it.skipIf(!existsSync(recorded))('recorded on a machine reads the same (skipped where the recording is absent)', () => {
    expectOldDriver(readFileSync(recorded, 'utf8'))
  })

  it('of two GPUs keeps them apart, with the instances of the one that has some', () => {
    const { devices, differences, problems } = importSmi(twoGpus, gpus)
    expect(problems).toEqual([])
    expect(devices.map(({ index, model, migEnabled, profiles }) => [index, model, migEnabled, profiles.length])).toEqual([[0, 'H100-80GB', true, 7], [1, 'H100-80GB', null, 7]])
    expect(devices[0].instances).toEqual([
      { profile: '3g.40gb', profileId: 9, instanceId: 2, start: 0, size: 4 },
      { profile: '3g.40gb', profileId: 9, instanceId: 1, start: 4, size: 4 },
    ])
    expect(devices[1].instances).toEqual([])
    expect(differences).toEqual([])
  })

  it('without a product name is recognised by its profiles, suffixes and all', () => {
    const { devices, differences, problems } = importSmi(transcript('rtx-pro-6000-driver-580.txt'), gpus)
    expect(problems).toEqual([])
    expect(devices.map(({ name, model }) => [name, model])).toEqual([[null, 'RTX-PRO-6000-Blackwell-96GB']])
    expect(devices[0].profiles.map(({ id, name }) => [id, name])).toEqual([
      [14, '1g.24gb'],
      [21, '1g.24gb+me'],
      [47, '1g.24gb+gfx'],
      [65, '1g.24gb+me.all'],
      [67, '1g.24gb-me'],
      [5, '2g.48gb'],
      [35, '2g.48gb+gfx'],
      [64, '2g.48gb+me.all'],
      [66, '2g.48gb-me'],
      [0, '4g.96gb'],
      [32, '4g.96gb+gfx'],
    ])
    expect(devices[0].profiles[0]).toMatchObject({ starts: [0, 3, 6, 9], size: 3 })
    expect(differences).toEqual([])
  })

  it('without a product name is left open where two models have the same profiles, unless multiprocessors tell', () => {
    const rows = ['|   0  MIG 1g.10gb   19   7/7   9.62   No   14   0   0   |', '|   0  MIG 7g.80gb   0   1/1   78.50   No   98   5   0   |']
    expect(importSmi(rows.join('\n'), gpus).devices[0].model).toBe('A100-80GB')
    expect(importSmi(rows.join('\n').replaceAll(/ (?:14|98) /g, ' N/A '), gpus).devices[0].model).toBeNull()
  })

  it('of a GPU whose own table has no MIG is compared with the one that its profiles fit', () => {
    const listing = 'GPU 0: NVIDIA H20 (UUID: GPU-1)\n'
    expect(importSmi(listing, gpus).devices[0].model).toBe('H20-96GB')
    const rows = ['|   0  MIG 1g.12gb   19   7/7   10.75   No   8   1   0   |', '|   0  MIG 3g.48gb   9   2/2   46.38   No   30   3   0   |']
    expect(importSmi(listing + rows.join('\n'), gpus).devices[0].model).toMatch(/^H100-96GB/)
  })

  it('says that MIG is off where no GPU has it on', () => {
    const { devices, problems } = importSmi(transcript('a30-mig-off.txt'), gpus)
    expect(problems).toEqual([])
    expect(devices[0]).toMatchObject({ name: 'NVIDIA A30', model: 'A30-24GB', migEnabled: false, instances: [] })
    expect(devices[0].profiles[0]).toMatchObject({ id: 14, maxInstances: 4 })
  })

  it('of -q tells the GPU\'s memory and MIG mode, not those of a MIG device on it', () => {
    const { devices, problems } = importSmi(transcript('a100-80gb-query.txt'), gpus)
    expect(problems).toEqual([])
    expect(devices.map(({ index, uuid, model, migEnabled, memoryMiB }) => [index, uuid, model, migEnabled, memoryMiB])).toEqual([
      [0, 'GPU-c0ffee00-0000-0000-0000-000000000007', 'A100-80GB', true, 81920],
      [1, 'GPU-c0ffee00-0000-0000-0000-00000000000f', 'A100-80GB', false, 81920],
    ])
  })

  it('of -q -x tells the same', () => {
    const { devices, problems } = importSmi(transcript('t4-and-a30-query.xml'), gpus)
    expect(problems).toEqual([])
    expect(devices.map(({ index, uuid, model, migEnabled, memoryMiB }) => [index, uuid, model, migEnabled, memoryMiB])).toEqual([
      [0, 'GPU-0f0f0f0f-0000-0000-0000-00000000003b', 'T4-16GB', null, 15360],
      [1, 'GPU-0f0f0f0f-0000-0000-0000-0000000000af', 'A30-24GB', true, 24576],
    ])
  })

  it('of -q, which has no index, is put with -L by UUID', () => {
    const listing = 'GPU 4: NVIDIA A100-SXM4-80GB (UUID: GPU-c0ffee00-0000-0000-0000-00000000000f)\n'
    for (const text of [listing + transcript('a100-80gb-query.txt'), `${transcript('a100-80gb-query.txt')}\n${listing}`])
      expect(readSmiText(text).devices.map(({ index, migEnabled }) => [index, migEnabled])).toEqual([[0, true], [4, false]])
  })

  it('of -q for one GPU has the index that the command names', () => {
    const one = transcript('a100-80gb-query.txt').split('\nGPU 00000000:0F')[0]
    expect(readSmiText(`$ nvidia-smi -q -i 3\n${one}`).devices.map(({ index }) => index)).toEqual([3])
  })

  it('reads the same in any order of its parts', () => {
    const parts = [old.slice(0, old.indexOf('$ sudo nvidia-smi mig -lgipp')), old.slice(old.indexOf('$ sudo nvidia-smi mig -lgipp'), old.indexOf('$ nvidia-smi -L')), old.slice(old.indexOf('$ nvidia-smi -L'))]
    const byId = (text: string) => readSmiText(text).devices.map(device => ({ ...device, profiles: device.profiles.toSorted((a, b) => b.id - a.id) }))
    fc.assert(fc.property(fc.shuffledSubarray(parts, { minLength: 3 }), (order) => {
      expect(byId(order.join('\n'))).toEqual(byId(old))
    }))
  })

  it('reads the same through terminals and editors', () => {
    const plain = importSmi(twoGpus, gpus)
    const colours = twoGpus.replaceAll('MIG', '\u001B[1;32mMIG\u001B[0m')
    const variants = [
      twoGpus.replaceAll('\n', '\r\n'),
      twoGpus.replaceAll('\n', '\r'),
      `\uFEFF${twoGpus}`,
      `\u001B]0;admin@node7: ~\u0007${colours}`,
      twoGpus.replaceAll(/ {2,}/g, '\t'),
      twoGpus.replaceAll(/(?<=\|.*) {2,}/g, ' '),
      twoGpus.replaceAll(' ', '\u00A0'),
      twoGpus.replaceAll('\n', '\n\n'),
      `\uFFFD\uFFFD${[...twoGpus].join('\0')}\0`,
      twoGpus.replaceAll('|   0', '||   0').replaceAll('|   1', '||   1'),
    ]
    for (const variant of variants)
      expect(importSmi(variant, gpus)).toEqual({ ...plain, problems: [] })
  })

  it('takes the numbers of a foreign locale', () => {
    expect(importSmi(old.replaceAll(/(\d)\.(\d\d) /g, '$1,$2 '), gpus).differences).toEqual(importSmi(old, gpus).differences)
    const query = transcript('a100-80gb-query.txt')
    for (const size of ['81,920 MiB', '81.920 MiB', '81\u202F920 MiB', '80 GiB'])
      expect(readSmiText(query.replaceAll('81920 MiB', size)).devices.map(({ memoryMiB }) => memoryMiB)).toEqual([81920, 81920])
  })

  it('tells the later of two states', () => {
    const on = transcript('a30-mig-off.txt').replace('No MIG-enabled devices found.', '')
    const table = '| GPU instances: |\n|   0  MIG 1g.6gb   14   3   0:1   |\n+---+\n'
    expect(readSmiText(`${on}No MIG-enabled devices found.\n${table}`).devices[0]).toMatchObject({ migEnabled: true, instances: [{ instanceId: 3 }] })
    expect(readSmiText(`${on}${table}${table.replace('3   0:1', '4   2:1')}`).devices[0].instances).toMatchObject([{ instanceId: 4, start: 2 }])
    expect(readSmiText(`${on}${table}No GPU instances found: Not Found\n`).devices[0]).toMatchObject({ migEnabled: true, instances: [] })
    expect(readSmiText(`${on}${table}No MIG-enabled devices found.\n`).devices[0]).toMatchObject({ migEnabled: false, instances: [] })
  })

  it('of two machines keeps the first and says so', () => {
    const { devices, problems } = readSmiText(`${transcript('a30-mig-off.txt')}\n${old}`)
    expect(devices[0].name).toBe('NVIDIA A30')
    expect(problems).toMatchObject([{ message: expect.stringContaining('two machines') }])
  })
})

describe('text of nvidia-smi that breaks off', () => {
  const table = old.slice(0, old.indexOf('\n\n'))

  it('in a row keeps the whole rows, names the line, and misses no profile for it', () => {
    const text = table.slice(0, table.indexOf('19.6') + 4)
    const { devices, differences, problems } = importSmi(text, gpus)
    expect(devices[0]).toMatchObject({ model: 'A100-40GB', profiles: [{ id: 19 }, { id: 14 }] })
    expect(problems).toEqual([{ line: 13, message: expect.stringContaining('3g.20gb') }])
    expect(differences).toEqual([{ device: 'GPU 0', profile: '2g.10gb', field: 'memoryGiB', table: 9.63, driver: 9.75 }])
  })

  it('between rows says where', () => {
    const { devices, problems } = readSmiText(table.split('\n').slice(0, 11).join('\n'))
    expect(devices[0].profiles).toHaveLength(2)
    expect(problems).toEqual([{ line: 11, message: expect.stringContaining('breaks off') }])
  })

  it('at any character never invents: what it tells is in the whole text too', () => {
    const whole = readSmiText(twoGpus).devices
    for (let length = twoGpus.indexOf('\n', 80); length < twoGpus.length; length += 1) {
      for (const device of readSmiText(twoGpus.slice(0, length)).devices) {
        const { profiles, instances } = whole[device.index]
        const invented = [
          ...device.profiles.filter(profile => !profiles.some(known => tellsNoMore(profile, known))),
          ...device.instances.filter(instance => !instances.some(known => tellsNoMore(instance, known))),
        ]
        expect({ length, invented }).toEqual({ length, invented: [] })
      }
    }
  })

  it('in a list of placements, in -q and in XML says where', () => {
    expect(readSmiText(old.slice(0, old.indexOf('{0,2,4}') + 5)).problems).toEqual([{ line: 25, message: expect.stringContaining('placements of profile id 14') }])
    const query = transcript('a100-80gb-query.txt')
    expect(readSmiText(query.slice(0, query.lastIndexOf('81920 MiB') + 3)).problems).toMatchObject([{ message: expect.stringContaining('memory of GPU 00000000:0F:00.0') }])
    const xml = transcript('t4-and-a30-query.xml')
    expect(readSmiText(xml.slice(0, xml.indexOf('24576')))).toMatchObject({ devices: [{ memoryMiB: 15360 }, { memoryMiB: null }], problems: [{ message: expect.stringContaining('XML') }] })
  })
})

describe('text that is not nvidia-smi\'s', () => {
  it.each(['', 'hello', '{"gpus": []}', '|||||\n+---+', '<gpu id="1"></gpu>', 'constructor __proto__ toString'])('is refused with the commands to run: %j', (text) => {
    expect(() => readSmiText(text)).toThrow(expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining('nvidia-smi mig -lgip, -lgipp and -lgi') }))
  })

  it('says what the driver said where it failed', () => {
    expect(readSmiText('NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver.')).toMatchObject({ devices: [], problems: [{ line: 1 }] })
  })

  it('names of objects are names like any other', () => {
    const { devices } = importSmi('|   0  MIG __proto__   19   7/7   4.75   No   14   0   0   |\n<gpu id="x"><uuid>GPU-1</uuid><product_name>constructor</product_name><constructor><__proto__>1</__proto__></constructor></gpu>', gpus)
    expect(devices).toMatchObject([{ name: 'constructor', model: null, profiles: [{ name: '__proto__' }] }])
  })

  it('expands no entity', () => {
    const bomb = '<!DOCTYPE nvidia_smi_log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<nvidia_smi_log><gpu id="0"><uuid>GPU-1</uuid><product_name>&b;&amp;lt;</product_name></gpu></nvidia_smi_log>'
    expect(readSmiText(bomb).devices[0].name).toBe('&b;&lt;')
  })

  it('never fails in another way, whatever the text', () => {
    const pieces = ['|', '+--', '| GPU instances:', '| GPU instance profiles: |', 'MIG ', ' 19 ', '7/7', '0:1', '4,75', 'GPU 0', ': ', ' : ', '\n', '    ', '{0,1}:1', 'Profile ID', 'Placements:', '<gpu id="0">', '</gpu>', '<uuid>', '</uuid>', 'GPU 00000000:07:00.0\n', '(UUID: GPU-1)', '\u001B[', 'No MIG-enabled devices found.', 'nvidia-smi -q -i 7 ']
    fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })), { maxLength: 60 }), (text) => {
      try {
        const { devices, problems } = importSmi(text.join(''), gpus)
        expect(devices.length + problems.length).toBeGreaterThan(0)
      }
      catch (error) {
        expect(error).toBeInstanceOf(TrancheError)
      }
    }), { numRuns: 2000 })
  })

  it.each(['<', '<a', '<gpu id="a">', '<gpu id="a"><b>', '|   0  MIG ', '|   0  MIG x\n', 'GPU 0: ', 'GPU 00000000:07:00.0\n', '\u001B[1;', '\u001B]0;', '| GPU instances:\n', '{0,', '\n', ' ', '\0', '1,', '    a : b\n', '\r'])('%j over and over for 8 MB ends', (piece) => {
    const text = piece.repeat(Math.floor(8 * 1024 * 1024 / piece.length))
    try {
      expect(readSmiText(text).problems.length).toBeLessThanOrEqual(100)
    }
    catch (error) {
      expect(error).toBeInstanceOf(TrancheError)
    }
  }, 60_000)
})

it('every transcript of the fixtures is read without a problem', () => {
  for (const name of readdirSync(folder))
    expect({ name, problems: importSmi(transcript(name), gpus).problems }).toEqual({ name, problems: [] })
})
