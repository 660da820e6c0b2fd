import type { Device, ExportFormat, ModeSettings, Slice } from '../../src-main/contract/model'
import type { HandOverDevice, HandOverSlice } from '../../src-main/handover/handOverDevice'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { deviceModes, exportFormats, vgpuModes, vgpuPolicies } from '../../src-main/contract/model'
import { handOver } from '../../src-main/handover/handOver'
import { handOverDevices } from '../../src-main/handover/handOverDevices'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { cutLayout, modesOf, rulesOf } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())

type Wanted = [profile: string, start: number, compute?: number[]]

/** A device cut by the rules of its mode. */
function device(index: number, model: string, mode: HandOverDevice['mode'], wanted: Wanted[], settings: ModeSettings = {}): HandOverDevice {
  const memoryMiB = gpus.get(model)?.memoryMiB ?? 0
  const cuts = cutLayout(rulesOf({ model, mode, memoryMiB, settings }, gpus), wanted.map(([profile, start]) => ({ profile, start })))
  const slices = cuts.map(({ profile, start, size, memoryMiB }, i): HandOverSlice => ({ profile, start, size, memoryMiB, ...(wanted[i][2] && { compute: wanted[i][2] }) }))
  return { name: `lab-${index}`, index, model, mode, settings, slices }
}

function texts(format: ExportFormat, ...devices: HandOverDevice[]): Record<string, string> {
  return Object.fromEntries(handOver(format, devices, gpus).files.map(({ name, text }) => [name, text]))
}

function notes(format: ExportFormat, ...devices: HandOverDevice[]): string {
  return handOver(format, devices, gpus).notes.join('\n')
}

function refusal(format: ExportFormat, ...devices: HandOverDevice[]): string {
  try {
    handOver(format, devices, gpus)
  }
  catch (error) {
    if (error instanceof TrancheError && error.code === 'unsupported')
      return error.message
    throw error
  }
  return 'not refused'
}

const whole = device(2, 'A100-80GB', 'passthrough', [['passthrough', 0]])
const mig = device(0, 'A100-80GB', 'mig', [['3g.40gb', 4], ['1g.10gb', 0], ['1g.10gb+me', 1], ['2g.20gb', 2]])
const divided = device(1, 'A100-80GB', 'mig', [['4g.40gb', 0, [2, 1, 1]], ['3g.40gb', 4, [3]]])
const fourths = (index: number) => device(index, 'A40-48GB', 'shared', [['0.25', 0], ['0.25', 1], ['0.25', 2], ['0.25', 3]])
const unequal = device(3, 'A40-48GB', 'shared', [['0.5', 0], ['4096MiB', 1]])
const equalVgpus = device(4, 'A100-80GB', 'vgpu', [['A100D-20C', 0], ['A100D-20C', secondStart('A100D-20C')]])
const fixedShare = { ...equalVgpus, settings: { policy: 'fixed-share', timeSliceMs: 12 } } satisfies HandOverDevice
const mixed = device(5, 'A100-80GB', 'vgpu', [['A100D-40C', 0]], { vgpuMode: 'mixed' })
const functions = device(6, firstWith('sriov'), 'sriov', [['vf', 0]])

function secondStart(type: string): number {
  const offer = rulesOf({ model: 'A100-80GB', mode: 'vgpu', memoryMiB: 81920, settings: {} }, gpus).offer(type)
  return offer?.starts[1] ?? 0
}

function firstWith(mode: HandOverDevice['mode']): string {
  return [...gpus.values()].find(gpu => modesOf(gpu).includes(mode))?.model ?? ''
}

describe('nvidia-mig-parted', () => {
  it('gets profiles by count, for GPUs that are alike together', () => {
    const twin = { ...mig, index: 7, name: 'lab-7' }
    expect(texts('mig-parted', mig, divided, whole, twin)).toEqual({ 'mig-parted.yaml': `version: v1
mig-configs:
  tranche:
    # GPU 0 (lab-0), A100-80GB
    # GPU 7 (lab-7), A100-80GB
    - devices: [0, 7]
      mig-enabled: true
      mig-devices:
        "3g.40gb": 1
        "1g.10gb": 1
        "1g.10gb+me": 1
        "2g.20gb": 1
    # GPU 1 (lab-1), A100-80GB
    - devices: [1]
      mig-enabled: true
      mig-devices:
        "2c.4g.40gb": 1
        "1c.4g.40gb": 2
        "3g.40gb": 1
    # GPU 2 (lab-2), A100-80GB
    - devices: [2]
      mig-enabled: false
` })
    expect(notes('mig-parted', mig, divided)).toMatch(/nvidia-smi -L[\s\S]*chooses the starts itself[\s\S]*GPU 1 \(lab-1\).*4g\.40gb at slot 0/)
  })

  it('gets an empty GPU in MIG mode as one', () => {
    expect(texts('mig-parted', { ...mig, slices: [] })['mig-parted.yaml']).toContain('      mig-enabled: true\n      mig-devices: {}\n')
  })

  it.each([['shared', unequal], ['vgpu', equalVgpus], ['sriov', functions]])('is told nothing of mode %s', (mode, refused) => {
    expect(refusal('mig-parted', mig, refused)).toContain(`nvidia-mig-parted cannot say what GPU ${refused.index} (lab-${refused.index}) is: it is in mode ${mode}`)
  })
})

describe('nvidia-smi', () => {
  it('gets commands that make each instance at its start', () => {
    expect(texts('nvidia-smi', mig, divided, whole, { ...whole, model: 'T4-16GB', index: 8 })).toEqual({ 'nvidia-smi.sh': `#!/bin/sh
set -eu

# GPU 0 (lab-0), A100-80GB
nvidia-smi -i 0 -mig 1
nvidia-smi mig -i 0 -cgi 9:4,19:0,20:1,14:2 -C

# GPU 1 (lab-1), A100-80GB
nvidia-smi -i 1 -mig 1
nvidia-smi mig -i 1 -cgi 9:4 -C
nvidia-smi mig -i 1 -cgi 5:0
gi=$(nvidia-smi mig -i 1 -lgi | awk '$7 == "0:4" { print $6 }')
nvidia-smi mig -i 1 -gi "$gi" -cci 1,0,0

# GPU 2 (lab-2), A100-80GB
nvidia-smi -i 2 -mig 0

# GPU 8 (lab-2), T4-16GB
# Handed out whole: nothing to do.
` })
  })

  it('is given no command that a device\'s name could smuggle in', () => {
    const lines = texts('nvidia-smi', { ...whole, name: 'x\nrm -rf /\u2028reboot\r\n' })['nvidia-smi.sh'].split(/[\n\r\u2028]/)
    expect(lines.filter(line => line !== '' && !line.startsWith('#'))).toEqual(['set -eu', 'nvidia-smi -i 2 -mig 0'])
  })

  it('cannot make vGPUs: the type is named', () => {
    expect(refusal('nvidia-smi', equalVgpus)).toMatch(/GPU 4 \(lab-4\).*mode vgpu with A100D-20C.*vSphere/)
    expect(refusal('nvidia-smi', unequal)).toMatch(/GPU 3 \(lab-3\).*mode shared/)
  })
})

describe('the device plugin for Kubernetes', () => {
  it('gets one number of replicas, by time-slicing or by MPS', () => {
    expect(texts('device-plugin', fourths(0), fourths(1))).toEqual({
      'device-plugin.yaml': `version: v1
flags:
  migStrategy: none
sharing:
  timeSlicing:
    failRequestsGreaterThanOne: true
    resources:
      - name: nvidia.com/gpu
        replicas: 4
`,
      'device-plugin-mps.yaml': `version: v1
flags:
  migStrategy: none
sharing:
  mps:
    resources:
      - name: nvidia.com/gpu
        replicas: 4
`,
    })
    expect(notes('device-plugin', fourths(0))).toContain('no memory and no share of the time is guarded')
  })

  it('gets MIG devices as they are, and then no MPS', () => {
    expect(texts('device-plugin', mig, fourths(1))).toEqual({ 'device-plugin.yaml': expect.stringContaining('migStrategy: mixed\nsharing:\n  timeSlicing:') })
    expect(texts('device-plugin', mig, whole)).toEqual({ 'device-plugin.yaml': 'version: v1\nflags:\n  migStrategy: mixed\n' })
    expect(notes('device-plugin', mig, fourths(1))).toMatch(/makes no MIG layout[\s\S]*MPS.*not possible/)
  })

  it('gets time-sliced vGPUs of one size by time-slicing only', () => {
    expect(Object.keys(texts('device-plugin', equalVgpus))).toEqual(['device-plugin.yaml'])
    expect(texts('device-plugin', equalVgpus)['device-plugin.yaml']).toContain('replicas: 2')
  })

  it('refuses what it cannot say, by name', () => {
    expect(refusal('device-plugin', unequal)).toMatch(/GPU 3 \(lab-3\).*4096MiB has 4096 MiB.*equal/)
    expect(refusal('device-plugin', fixedShare)).toMatch(/GPU 4 \(lab-4\).*policy is fixed share/)
    expect(refusal('device-plugin', mixed)).toMatch(/GPU 5 \(lab-5\).*mixed-size/)
    expect(refusal('device-plugin', functions)).toMatch(/GPU 6 \(lab-6\).*sriov/)
    expect(refusal('device-plugin', fourths(0), equalVgpus)).toMatch(/GPU 4 \(lab-4\).*cut into 2 and GPU 0 \(lab-0\) into 4/)
    expect(refusal('device-plugin', fourths(0), whole)).toMatch(/GPU 2 \(lab-2\).*cut into 1/)
  })
})

describe('slurm', () => {
  it('gets MIG devices as types, equal parts as shards, whole GPUs as GPUs', () => {
    expect(texts('slurm', mig, divided, whole, fourths(3))).toEqual({
      'gres.conf': `AutoDetect=nvml
# GPU 0 (lab-0), A100-80GB
Name=gpu Type=3g.40gb Count=1
Name=gpu Type=1g.10gb Count=1
Name=gpu Type=1g.10gb+me Count=1
Name=gpu Type=2g.20gb Count=1
# GPU 1 (lab-1), A100-80GB
Name=gpu Type=2c.4g.40gb Count=1
Name=gpu Type=1c.4g.40gb Count=2
Name=gpu Type=3g.40gb Count=1
# GPU 2 (lab-2), A100-80GB
Name=gpu File=/dev/nvidia2
# GPU 3 (lab-3), A40-48GB
Name=gpu File=/dev/nvidia3
Name=shard Count=4 File=/dev/nvidia3
`,
      'slurm.conf': `GresTypes=gpu,shard
SelectType=select/cons_tres
NodeName=gpu-node Gres=gpu:3g.40gb:2,gpu:1g.10gb:1,gpu:1g.10gb+me:1,gpu:2g.20gb:1,gpu:2c.4g.40gb:1,gpu:1c.4g.40gb:2,gpu:2,shard:4
`,
    })
    expect(notes('slurm', mig, fourths(3))).toMatch(/a part of that name[\s\S]*Type 1g\.10gb is a part of type 1g\.10gb\+me[\s\S]*not fenced/)
  })

  it('refuses what it cannot say, by name', () => {
    expect(refusal('slurm', fixedShare)).toMatch(/Slurm.*GPU 4 \(lab-4\).*fixed share/)
    expect(refusal('slurm', mixed)).toMatch(/GPU 5 \(lab-5\).*mixed-size/)
    expect(refusal('slurm', unequal)).toMatch(/GPU 3 \(lab-3\).*equal/)
    expect(refusal('slurm', functions)).toMatch(/GPU 6 \(lab-6\).*virtual functions/)
  })
})

describe('vSphere', () => {
  it('gets profile names and the mode of the host', () => {
    expect(texts('vsphere', mig, fixedShare, mixed, whole)).toEqual({ 'vsphere-profiles.txt': `# GPU 0 (lab-0), A100-80GB
mode: multiInstanceGpu
profiles:
  1 x grid_a100d-3-40c
  1 x grid_a100d-1-10c
  1 x grid_a100d-1-10cme
  1 x grid_a100d-2-20c

# GPU 4 (lab-4), A100-80GB
mode: sameSize
profiles:
  2 x grid_a100d-20c

# GPU 5 (lab-5), A100-80GB
mode: mixedSize
profiles:
  1 x grid_a100d-40c

# GPU 2 (lab-2), A100-80GB
mode: DirectPath I/O
` })
    expect(notes('vsphere', fixedShare, mixed)).toMatch(/8\.0 Update 3[\s\S]*RmPVMRL=0x000C0011 for fixed share[\s\S]*RmPVMRL=0x00 for best effort/)
  })

  it('refuses what it cannot say, by name', () => {
    expect(refusal('vsphere', unequal)).toMatch(/vSphere.*GPU 3 \(lab-3\).*24576MiB/)
    expect(refusal('vsphere', device(9, 'B200-180GB', 'mig', [['1g.23gb', 6]]))).toMatch(/GPU 9 \(lab-9\).*B200-180GB.*1g\.23gb at slot 6/)
    expect(refusal('vsphere', divided)).toMatch(/GPU 1 \(lab-1\).*4g\.40gb at slot 0 is divided/)
    expect(refusal('vsphere', functions)).toMatch(/GPU 6 \(lab-6\).*virtual functions/)
  })
})

describe('the lab\'s devices', () => {
  function slice(id: string, parentId: string | null, profile: string, start: number, size: number): Slice {
    return { id, parentId, profile, start, size, memoryMiB: 1, computeShare: 0, sm: null, lease: null }
  }
  const gpu: Device = {
    id: 'device_1',
    name: 'lab-1',
    kind: 'virtual-gpu',
    model: 'A100-80GB',
    mode: 'mig',
    memoryMiB: 81920,
    backing: 'CPU',
    slots: 8,
    computeSlices: 7,
    availability: 'open',
    unusable: null,
    label: null,
    settings: {},
    modes: ['mig'],
    usableMiB: 80384,
    stranded: { sm: null, memoryMiB: null },
    sm: 108,
    canUndo: false,
    unfinishedChange: null,
    slices: [slice('b', 'c', '1c.4g.40gb', 2, 1), slice('d', null, '3g.40gb', 4, 4), slice('c', null, '4g.40gb', 0, 4), slice('a', 'c', '2c.4g.40gb', 0, 2)],
  }

  it('are handed over without the host\'s CPU, their compute instances within their GPU instances', () => {
    expect(handOverDevices([{ ...gpu, kind: 'cpu' }, gpu])).toEqual([{
      name: 'lab-1',
      index: 0,
      model: 'A100-80GB',
      mode: 'mig',
      settings: {},
      slices: [
        { profile: '4g.40gb', start: 0, size: 4, memoryMiB: 1, compute: [2, 1] },
        { profile: '3g.40gb', start: 4, size: 4, memoryMiB: 1 },
      ],
    }])
  })
})

describe('any target', () => {
  it('refuses a lab without GPUs', () => {
    expect(() => handOver('slurm', [], gpus)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })

  it('either says a layout or refuses it by device and reason', () => {
    const anyDevice = fc.constantFrom(...gpus.values()).chain(gpu => fc.constantFrom(...deviceModes.filter(mode => modesOf(gpu).includes(mode))).chain(mode => fc.record({
      settings: fc.record({ vgpuMode: fc.constantFrom(...vgpuModes), policy: fc.constantFrom(...vgpuPolicies) }),
      pick: fc.array(fc.nat(), { maxLength: 10 }),
    }).map(({ settings, pick }) => {
      const rules = rulesOf({ model: gpu.model, mode, memoryMiB: gpu.memoryMiB, settings }, gpus)
      const choices = mode === 'shared' ? Array.from({ length: 8 }, (_, start) => ({ profile: start % 2 ? '0.1' : '0.2', start })) : rules.offers.flatMap(({ name, starts }) => starts.map(start => ({ profile: name, start })))
      const cuts: HandOverSlice[] = []
      for (const index of choices.length > 0 ? pick : []) {
        const { profile, start } = choices[index % choices.length]
        const answer = rules.cut(cuts, profile, start)
        if (answer.ok)
          cuts.push(answer.cut)
      }
      return { name: 'any', index: 0, model: gpu.model, mode, settings, slices: cuts } satisfies HandOverDevice
    })))
    fc.assert(fc.property(fc.constantFrom(...exportFormats), fc.array(anyDevice, { minLength: 1, maxLength: 3 }), (format, devices) => {
      const message = refusal(format, ...devices)
      if (message === 'not refused')
        expect(handOver(format, devices, gpus).files.every(({ text }) => text.endsWith('\n') && !text.includes('undefined'))).toBe(true)
      else
        expect(message).toMatch(/cannot say what GPU 0 \(any\) is: .+\. .+\.$/)
    }), { numRuns: 500 })
  })
})
