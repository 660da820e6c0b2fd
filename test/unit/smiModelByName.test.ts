import { describe, expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { modelByName } from '../../src-main/inventory/modelByName'
import { resourcesDir } from '../../src-main/resources'

const gpus = readGpuTables(resourcesDir())

function model(name: string, memoryMiB: number | null = null): string | undefined {
  return modelByName(name, memoryMiB, gpus)?.model
}

describe('the model of a GPU by its product name', () => {
  it.each([
    ['A100-PCIE-40GB', null, 'A100-40GB'],
    ['A100-SXM4-40GB', 40536, 'A100-40GB'],
    ['NVIDIA A100-SXM4-80GB', 81251, 'A100-80GB'],
    ['NVIDIA A100 80GB PCIe', null, 'A100-80GB'],
    ['NVIDIA A100-SXM4-80GB MIG 1g.10gb', null, 'A100-80GB'],
    ['NVIDIA A30', 24576, 'A30-24GB'],
    ['NVIDIA A40', 46068, 'A40-48GB'],
    ['NVIDIA H100 80GB HBM3', 81559, 'H100-80GB'],
    ['NVIDIA H100 PCIe', null, 'H100-80GB'],
    ['NVIDIA H100 NVL', 95830, 'H100-NVL-94GB'],
    ['NVIDIA GH200 480GB', 97871, 'H100-96GB (GH200 96GB, H20-96GB names)'],
    ['NVIDIA GH200 144G HBM3e', 146831, 'GH200-144GB HBM3e'],
    ['NVIDIA H200', 143771, 'H200-141GB'],
    ['NVIDIA H200 NVL', null, 'H200-141GB'],
    ['NVIDIA H20', 97871, 'H20-96GB'],
    ['NVIDIA B200', 183359, 'B200-180GB'],
    ['NVIDIA GB200', 189471, 'GB200-186GB'],
    ['NVIDIA L40S', 46068, 'L40S-48GB'],
    ['NVIDIA RTX PRO 6000 Blackwell Server Edition', 97887, 'RTX-PRO-6000-Blackwell-96GB'],
    ['NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition', null, 'RTX-PRO-6000-Blackwell-96GB'],
    ['Tesla T4', 15109, 'T4-16GB'],
    ['Tesla V100-SXM2-32GB', 32510, 'V100-32GB'],
    ['Tesla V100S-PCIE-32GB', null, 'V100-32GB'],
  ])('%s with %s MiB', (name, memoryMiB, expected) => {
    expect(model(name, memoryMiB)).toBe(expected)
  })

  it.each([
    ['a card of a memory size without a table', 'NVIDIA A100-SXM-64GB', 65536],
    ['a smaller card of the same name', 'Tesla V100-SXM2-16GB', 16384],
    ['a vGPU in a guest', 'GRID A100-40C', 40960],
    ['a name that two tables share and nothing tells apart', 'NVIDIA A100', null],
    ['another chip whose name begins alike', 'NVIDIA A30X', 24576],
    ['no name', '', null],
    ['a name of an object that everything has', 'constructor', null],
  ])('is not guessed for %s', (_, name, memoryMiB) => {
    expect(model(name, memoryMiB)).toBeUndefined()
  })

  it('finds every table by the name in it', () => {
    for (const gpu of gpus.values())
      expect(model(gpu.name, gpu.memoryMiB)).toBe(gpu.model)
  })
})
