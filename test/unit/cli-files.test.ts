import type { CallOutput } from '../../src-main/contract/calls'
import type { RunOptions } from '../helpers/runCli'
import { Buffer } from 'node:buffer'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { contractDevice } from '../helpers/contractJob'
import { run } from '../helpers/runCli'
import { tempDir } from '../helpers/tempDir'

const imported: CallOutput<'smi.import'> = {
  devices: [{
    index: 0,
    name: 'NVIDIA A100-SXM4-40GB',
    uuid: 'GPU-1',
    model: 'A100-40GB',
    migEnabled: true,
    memoryMiB: 40960,
    profiles: [{ id: 19, name: '1g.5gb', memoryGiB: 4.75, sm: 14, maxInstances: 7, starts: [0, 1, 2, 3, 4, 5, 6], size: 1 }, { id: 9, name: null, memoryGiB: null, sm: null, maxInstances: null, starts: null, size: null }],
    instances: [{ profile: '1g.5gb', profileId: 19, instanceId: 7, start: 6, size: 1 }],
  }],
  differences: [{ device: 'GPU 0', profile: '1g.10gb', field: 'profile', table: '1g.10gb', driver: null }],
  problems: [{ line: 12, message: 'The table breaks off.' }],
}

describe('import-smi', () => {
  const importing = () => {
    const smi = vi.fn((_input: { text: string }) => imported)
    return { smi, handlers: { 'smi.import': smi } satisfies RunOptions['handlers'] }
  }

  it('gives what was read as JSON, and for people with the differences', async () => {
    const { handlers } = importing()
    const cwd = tempDir()
    writeFileSync(join(cwd, 'lgip.txt'), 'GPU instance profiles')
    expect(JSON.parse((await run(['import-smi', 'lgip.txt', '--json'], { handlers, cwd })).stdout)).toEqual(imported)
    expect((await run(['import-smi', 'lgip.txt'], { handlers, cwd })).stdout.split('\n')).toEqual([
      'GPU 0  NVIDIA A100-SXM4-40GB  A100-40GB, MIG on, GPU-1',
      '   profile  id  GiB   SMs  max  starts  size',
      '   1g.5gb   19  4.75  14   7    0-6     1',
      '   ?        9   -     -    -    -       -',
      '  instance 7: 1g.5gb at 6:1',
      'Differences from the built-in tables:',
      '   GPU 0  1g.10gb  profile  table 1g.10gb  driver has none',
      'line 12: The table breaks off.',
      '',
    ])
  })

  it('reads standard input, and what PowerShell saves', async () => {
    const { smi, handlers } = importing()
    await run(['import-smi', '-'], { handlers, stdin: 'é 4,75' })
    await run(['import-smi', '-'], { handlers, stdin: Buffer.concat([Buffer.from([0xFF, 0xFE]), Buffer.from('GPU 0', 'utf16le')]) })
    await run(['import-smi', '-'], { handlers, stdin: Buffer.from([0x34, 0xB0]) })
    expect(smi.mock.calls.map(([{ text }]) => text)).toEqual(['é 4,75', 'GPU 0', '4\uFFFD'])
  })

  it('refuses what is no text, in a line, without opening the lab', async () => {
    const { smi, handlers } = importing()
    const cwd = tempDir()
    mkdirSync(join(cwd, 'folder'))
    writeFileSync(join(cwd, 'binary'), Buffer.from([0x7F, 0x45, 0, 0]))
    writeFileSync(join(cwd, 'large'), Buffer.alloc(8 * 1024 * 1024 + 1, 'x'))
    writeFileSync(join(cwd, 'empty'), ' \n')
    for (const [file, message] of [['missing', /There is no file .*missing\. Name a text file/], ['binary/below', /There is no file/], ['folder', /is a folder\. Name a text file/], ['binary', /^tranche: binary is not text/], ['large', /^tranche: large is over 8 MiB\. Save only/], ['empty', /^tranche: empty is empty/]] as const) {
      const ran = await run(['import-smi', file], { handlers, cwd })
      expect(ran, file).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message), opened: [] })
    }
    expect(await run(['import-smi', '-'], { handlers, stdin: Buffer.alloc(8 * 1024 * 1024 + 1, 'x') })).toMatchObject({ status: 2, stderr: expect.stringMatching(/^tranche: Standard input is over 8 MiB/) })
    expect(smi).not.toHaveBeenCalled()
  })
})

describe('export', () => {
  const one = { files: [{ name: 'config.yaml', text: 'version: v1\n\ta: b\u001B[2J\n' }], notes: ['It sorts placements itself.'] }
  const two = { files: [{ name: 'gres.conf', text: 'Name=gpu\n' }, { name: 'slurm.conf', text: 'GresTypes=gpu\n' }], notes: [] }
  const exporting = (answer: CallOutput<'layouts.export'>) => {
    const hand = vi.fn((_input: unknown) => answer)
    return { hand, handlers: { 'layouts.export': hand, 'devices.list': () => [contractDevice({ label: 'red' })] } satisfies RunOptions['handlers'] }
  }

  it('prints one file as it is and several under headings, with its notes beside', async () => {
    expect(await run(['export', 'mig-parted'], exporting(one))).toMatchObject({ status: 0, stdout: 'version: v1\n\ta: b\uFFFD[2J\n', stderr: 'It sorts placements itself.\n' })
    expect((await run(['export', 'slurm'], exporting(two))).stdout).toBe('# gres.conf\nName=gpu\n\n# slurm.conf\nGresTypes=gpu\n')
    expect(JSON.parse((await run(['export', 'slurm', '--json'], exporting(two))).stdout)).toEqual(two)
  })

  it('asks for the devices that were named, each once', async () => {
    const { hand, handlers } = exporting(one)
    await run(['export', 'mig-parted', '--device', 'red', 'device_1'], { handlers })
    await run(['export', 'mig-parted'], { handlers })
    expect(hand.mock.calls.map(([input]) => input)).toEqual([{ format: 'mig-parted', devices: ['device_1'] }, { format: 'mig-parted' }])
  })

  it('writes into a folder, and over nothing unless told to', async () => {
    const cwd = tempDir()
    const { handlers } = exporting(two)
    const ran = await run(['export', 'slurm', '--out', 'etc/slurm', '--json'], { handlers, cwd })
    expect(JSON.parse(ran.stdout)).toMatchObject({ written: [join(cwd, 'etc/slurm/gres.conf'), join(cwd, 'etc/slurm/slurm.conf')] })
    expect(readFileSync(join(cwd, 'etc/slurm/gres.conf'), 'utf8')).toBe('Name=gpu\n')
    writeFileSync(join(cwd, 'etc/slurm/slurm.conf'), 'mine')
    const again = await run(['export', 'slurm', '--out', 'etc/slurm'], { handlers, cwd })
    expect(again).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/slurm\.conf are there already; nothing was written\. .*--force/) })
    expect(readFileSync(join(cwd, 'etc/slurm/slurm.conf'), 'utf8')).toBe('mine')
    expect((await run(['export', 'slurm', '--out', 'etc/slurm', '--force'], { handlers, cwd })).status).toBe(0)
    expect(readFileSync(join(cwd, 'etc/slurm/slurm.conf'), 'utf8')).toBe('GresTypes=gpu\n')
  })

  it('follows no dangling link, and takes no file for a folder', async () => {
    const cwd = tempDir()
    symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'config.yaml'))
    expect(await run(['export', 'mig-parted', '--out', '.'], { ...exporting(one), cwd })).toMatchObject({ status: 1, stderr: expect.stringContaining('there already') })
    expect(existsSync(join(cwd, 'elsewhere'))).toBe(false)
    writeFileSync(join(cwd, 'file'), '')
    for (const out of ['file', 'file/below'])
      expect(await run(['export', 'mig-parted', '--out', out], { ...exporting(one), cwd })).toMatchObject({ status: 2, stderr: expect.stringContaining('--out names the folder') })
  })

  it.each(['../x', '/etc/x', 'a/b', '..', '', 'a\\b'])('writes no file that the lab names %j', async (name) => {
    const cwd = tempDir()
    mkdirSync(join(cwd, 'out'))
    expect(await run(['export', 'slurm', '--out', 'out', '--force'], { ...exporting({ files: [{ name, text: '' }], notes: [] }), cwd })).toMatchObject({ status: 1, stderr: expect.stringContaining('no plain file name') })
    expect([readdirSync(cwd), readdirSync(join(cwd, 'out'))]).toEqual([['out'], []])
  })
})
