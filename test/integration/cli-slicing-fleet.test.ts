import type { Device } from '../../src-main/contract/model'
import { Buffer } from 'node:buffer'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { cli, cliJson, startCli } from '../helpers/cliProcess'
import { addModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

let folder: string
let state: string

beforeEach(() => {
  folder = tempDir()
  state = join(folder, 'state')
})

async function ask<T>(...args: string[]): Promise<T> {
  const { status, answer, stderr } = await cliJson(...args, '--state', state)
  expect(status, stderr).toBe(0)
  return answer
}

const transcript = `
+-----------------------------------------------------------------------------+
| GPU instance profiles:                                                      |
| GPU   Name             ID    Instances   Memory     P2P    SM    DEC   ENC  |
|                              Free/Total   GiB              CE    JPEG  OFA  |
|=============================================================================|
|   0  MIG 1g.5gb        19     7/7        4.75       No     14     0     0   |
|                                                             1     0     0   |
+-----------------------------------------------------------------------------+
|   0  MIG 2g.10gb       14     3/3        9.75       No     28     1     0   |
|                                                             2     0     0   |
+-----------------------------------------------------------------------------+
`

describe('virtual GPUs', () => {
  it('are added one by one or in any number, of every model', async () => {
    const models = await ask<{ model: string, modes: string[] }[]>('lab', 'models')
    expect(models.length).toBeGreaterThanOrEqual(16)
    expect(models.find(({ model }) => model === 'T4-16GB')?.modes).not.toContain('mig')
    expect((await cli('lab', 'models', '--state', state)).stdout).toMatch(/A100-80GB .*passthrough, .*mig/)
    expect(await ask('lab', 'add', 'A30-24GB')).toMatchObject({ model: 'A30-24GB', kind: 'virtual-gpu', mode: 'mig' })
    const fleet = await ask<Device[]>('lab', 'add', 'L40S-48GB', '--count', '50', '--mode', 'vgpu', '--layout', 'L40S-12C x2', '--label', 'fleet')
    expect(fleet).toHaveLength(50)
    expect(fleet.every(({ label, slices }) => label === 'fleet' && slices.length === 2)).toBe(true)
    expect(new Set(fleet.map(({ name }) => name)).size).toBe(50)
  })

  it.each([
    ['a model without a table', 2, ['A1000'], /A100-80GB/],
    ['a layout that its rules refuse', 1, ['A100-80GB', '--layout', '3g.40gb@1'], /can start at slot 0 or 4/],
    ['a mode that it has not', 1, ['T4-16GB', '--mode', 'mig'], /T4-16GB/],
    ['fixed share of mixed sizes', 1, ['A100-80GB', '--mode', 'vgpu', '--vgpu', 'mixed', '--policy', 'fixed-share'], /fixed share/i],
    ['more functions than it shows', 1, ['A100-80GB', '--mode', 'sriov', '--functions', '200'], /virtual functions/],
  ])('are refused for %s, and none is added', async (_what, status, args, message) => {
    const before = await ask<Device[]>('devices')
    expect(await cliJson('lab', 'add', ...args, '--state', state)).toMatchObject({ status, stderr: expect.stringMatching(message) })
    expect(await ask<Device[]>('devices')).toHaveLength(before.length)
  })

  it('are named for requests by a label', async () => {
    const { id } = await ask<Device>('lab', 'add', 'A100-80GB', '--layout', 'none')
    expect(await ask('devices', 'label', id, 'class-room')).toMatchObject({ id, label: 'class-room' })
    expect(await ask('lease', 'grant', 'vm-7', '--label', 'class-room', '--memory', '9GiB')).toMatchObject({ slices: [{ device: id }] })
    expect((await cli('devices', '--state', state)).stdout).toContain('label class-room')
    expect(await ask('devices', 'label', 'class-room', '--clear')).toMatchObject({ id, label: null })
    expect(await cliJson('devices', 'label', id, 'a b', '--state', state)).toMatchObject({ status: 2 })
  })
})

describe('a job that needs memory instead of a profile', () => {
  it('runs on a slice that has it', async () => {
    const model = join(folder, 'add.onnx')
    writeFileSync(model, addModel())
    const { id } = await ask<Device>('lab', 'add', 'A100-80GB', '--layout', '3g.40gb@4,1g.10gb@0', '--label', 'red')
    const ran = await ask<object>('submit', '--recipe', 'tensor', '--model', model, '--synthetic', '1', '--memory', '20GiB', '--label', 'red', '--wait')
    expect(ran).toMatchObject({ state: 'done', slice: { device: id, profile: '3g.40gb' }, request: { need: { memoryMiB: 20480, label: 'red' } } })
  })
})

describe('what nvidia-smi printed', () => {
  it('is read from a file and from standard input, and compared with the tables', async () => {
    const file = join(folder, 'lgip.txt')
    writeFileSync(file, transcript)
    const imported = await ask<{ devices: { profiles: unknown[] }[], differences: unknown[] }>('import-smi', file)
    expect(imported.devices).toHaveLength(1)
    expect(imported.devices[0].profiles).toEqual(expect.arrayContaining([
      expect.objectContaining({ id: 19, name: '1g.5gb', memoryGiB: 4.75, sm: 14, maxInstances: 7 }),
      expect.objectContaining({ id: 14, name: '2g.10gb', memoryGiB: 9.75, sm: 28, maxInstances: 3 }),
    ]))
    expect(imported.differences).toEqual(expect.arrayContaining([expect.objectContaining({ profile: '2g.10gb', driver: 9.75 })]))
    const piped = await startCli(['import-smi', '-', '--json', '--state', state], {}, transcript).ended
    expect(JSON.parse(piped.stdout)).toEqual(imported)
    expect((await cli('import-smi', file, '--state', state)).stdout).toMatch(/1g\.5gb +19 +4\.75[\s\S]*Differences from the built-in tables:/)
  })

  it.each([
    ['a missing file', null, /There is no file/],
    ['a binary file', Buffer.from([1, 0, 2, 0]), /is not text/],
    ['a file that is too large', Buffer.alloc(8 * 1024 * 1024 + 1, 'x'), /over 8 MiB/],
    ['an empty file', '', /is empty/],
    ['text of something else', 'Dear diary', /nvidia-smi/],
  ])('is refused for %s with what to do', async (_what, content, message) => {
    const file = join(folder, 'given')
    if (content !== null)
      writeFileSync(file, content)
    expect(await cliJson('import-smi', file, '--state', state)).toMatchObject({ status: 2, answer: { error: { message: expect.stringMatching(message) } } })
  })
})

describe('layouts in another tool\'s words', () => {
  it('are printed, or written into a folder', async () => {
    const { id } = await ask<Device>('lab', 'add', 'A100-80GB', '--layout', '3g.40gb@4,1g.10gb@0')
    const { files } = await ask<{ files: { name: string, text: string }[] }>('export', 'mig-parted', '--device', id)
    expect(files[0].text).toMatch(/mig-configs:[\s\S]*3g\.40gb["']?: 1/)
    const out = join(folder, 'handed-over')
    expect(await cli('export', 'slurm', '--device', id, '--out', out, '--state', state)).toMatchObject({ status: 0, stdout: expect.stringContaining('Wrote ') })
    expect(readdirSync(out).sort()).toEqual(['gres.conf', 'slurm.conf'])
    expect(readFileSync(join(out, 'gres.conf'), 'utf8')).toContain('Name=gpu')
    expect(await cli('export', 'slurm', '--device', id, '--out', out, '--state', state)).toMatchObject({ status: 1, stderr: expect.stringContaining('--force') })
  })

  it('are refused by name where the tool cannot say them', async () => {
    const { id, name } = await ask<Device>('lab', 'add', 'A100-80GB', '--mode', 'shared', '--layout', 'none')
    await ask('lease', 'grant', 'vm-7', '--device', id, '--memory', '8GiB')
    const { status, stderr } = await cliJson('export', 'vsphere', '--device', id, '--state', state)
    expect(status).toBe(1)
    expect(stderr).toContain(name)
  })
})
