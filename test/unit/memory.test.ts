import type { RecipeContext } from '../../src-main/recipes/recipe'
import type { ModelParts } from '../helpers/onnx'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkFits } from '../../src-main/recipes/onnx/memory/checkFits'
import { estimateFiles, estimateModel } from '../../src-main/recipes/onnx/memory/estimate'
import { readGraphFrom } from '../../src-main/recipes/onnx/memory/readModel'
import { walkModel } from '../../src-main/recipes/onnx/memory/walk'
import { openModel } from '../../src-main/recipes/onnx/openModel'
import { memorySource, WireError } from '../../src-main/recipes/onnx/wire'
import { onnxModel } from '../helpers/onnx'
import { longs } from '../helpers/shapeModels'
import { tempDir } from '../helpers/tempDir'

const mebibyte = 2 ** 20
const floats = (...dims: number[]) => ({ dims, raw: new Uint8Array(4 * dims.reduce((count, dim) => count * dim, 1)) })

function saved(parts: ModelParts, folder = tempDir(), name = 'model.onnx'): string {
  const path = join(folder, name)
  writeFileSync(path, onnxModel(parts))
  return path
}

/** y = relu(x w), x [batch, 256], w [256, 1024]. */
const layer: ModelParts = {
  nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] }, { op: 'Relu', inputs: ['h'], outputs: ['y'] }],
  inputs: [{ name: 'x', shape: ['batch', 256] }],
  outputs: [{ name: 'y', shape: ['batch', 1024] }],
  initializers: [{ ...floats(256, 1024), name: 'w' }],
}

describe('the estimate of a model', () => {
  it('counts its weights and the most that lives at once, for the batch asked for', async () => {
    const path = saved(layer)
    const one = await estimateModel(path, { batch: 1, dims: {} })
    expect(one).toMatchObject({ weightsMiB: 1, batch: 1, unknownNodes: 0, unknownOperators: [] })
    expect(one.activationsMiB * mebibyte).toBe(4 * (256 + 1024 + 1024))
    const many = await estimateModel(path, { batch: 64, dims: {} })
    expect(many.activationsMiB).toBe(64 * one.activationsMiB)
    expect(many.totalMiB).toBeGreaterThan(one.totalMiB)
    expect(one.totalMiB).toBeGreaterThan(one.weightsMiB + one.activationsMiB)
  })

  it('counts weights that lie beside the model', async () => {
    const folder = tempDir()
    writeFileSync(join(folder, 'w.bin'), new Uint8Array(mebibyte))
    const path = saved({ ...layer, initializers: [{ name: 'w', dims: [256, 1024], external: { location: 'w.bin' } }] }, folder)
    expect(await estimateModel(path, { batch: 1, dims: {} })).toMatchObject({ weightsMiB: 1, unknownNodes: 0 })
  })

  it('takes open axes by name or place, the first of each input as the batch, and others as 1', async () => {
    const sum = (inputs: ModelParts['inputs']) => saved({ nodes: [], inputs, outputs: [] })
    const elements = async (path: string, batch: number, dims: Record<string, number>) => (await estimateModel(path, { batch, dims })).activationsMiB * mebibyte / 4
    const path = sum([{ name: 'x', shape: ['b', 3, 'h', 'w'] }, { name: 'state', shape: [2, 'b'] }])
    expect(await elements(path, 4, {})).toBe(4 * 3 + 2 * 4)
    expect(await elements(path, 4, { 'h': 5, 'x.3': 7 })).toBe(4 * 3 * 5 * 7 + 2 * 4)
    expect(await elements(path, 4, { b: 2 })).toBe(2 * 3 + 2 * 2)
    // Names that every object has are names like any other.
    expect(await elements(sum([{ name: 'x', shape: [2, 'constructor', '__proto__'] }]), 4, {})).toBe(2)
  })

  it('uses the shapes that the model states where its operators do not tell, and counts those that nothing tells', async () => {
    const parts: ModelParts = {
      nodes: [{ op: 'NonZero', inputs: ['x'], outputs: ['found'] }, { op: 'Cast', inputs: ['found'], outputs: ['y'], attributes: { to: 1 } }],
      inputs: [{ name: 'x', shape: [4] }],
      outputs: [{ name: 'y', type: 0 }],
    }
    expect(await estimateModel(saved(parts), { batch: 1, dims: {} })).toMatchObject({ unknownNodes: 2, unknownOperators: ['NonZero', 'Cast'], activationsMiB: 16 / mebibyte })
    const stated = await estimateModel(saved({ ...parts, valueInfos: [{ name: 'found', type: 7, shape: [1, 4] }] }), { batch: 1, dims: {} })
    expect(stated).toMatchObject({ unknownNodes: 0, activationsMiB: (16 + 32 + 16) / mebibyte })
  })

  it('counts the largest branch of an If, not both', async () => {
    const branch = (size: number) => ({
      graph: true,
      nodes: [{ op: 'RandomNormal', inputs: [], outputs: ['r'], attributes: { shape: [size] } }, { op: 'ReduceSum', inputs: ['r'], outputs: ['s'], attributes: { keepdims: 0 } }],
      outputs: [{ name: 's', shape: [] }],
    } as const)
    const path = saved({
      nodes: [{ op: 'If', inputs: ['which'], outputs: ['y'], attributes: { then_branch: branch(1000), else_branch: branch(500) } }],
      inputs: [{ name: 'which', type: 9, shape: [] }],
      outputs: [{ name: 'y', shape: [] }],
    })
    const { activationsMiB, unknownNodes } = await estimateModel(path, { batch: 1, dims: {} })
    expect(unknownNodes).toBe(0)
    // The condition, the random numbers, their sum, and the If's own output.
    expect(activationsMiB * mebibyte).toBe(1 + 4000 + 4 + 4)
  })

  it('counts the library once for a model of several files', async () => {
    const folder = tempDir()
    const [a, b] = [saved(layer, folder, 'a.onnx'), saved(layer, folder, 'b.onnx')]
    const { files, totalMiB } = await estimateFiles({ detector: a, reader: b }, { batch: 1, dims: {} })
    expect(files.map(({ role }) => role)).toEqual(['detector', 'reader'])
    expect(totalMiB).toBeLessThan(files[0].estimate.totalMiB + files[1].estimate.totalMiB)
    expect(totalMiB).toBeGreaterThan(files[0].estimate.totalMiB)
  })
})

describe('a model that a slice cannot hold', () => {
  it('is refused with what it needs, what the slice has, and what to do', async () => {
    const path = saved(layer)
    await expect(checkFits(path, { batch: 4096, dims: {}, memoryMiB: 100 })).rejects.toMatchObject({
      code: 'out_of_memory',
      message: expect.stringMatching(/needs .*MiB: weights 1 MiB, values while it runs 36 MiB at a batch of 4096, .*The slice has 100 MiB\. Choose a smaller batch, or a profile with at least/) as string,
      options: { details: { sliceMiB: 100, estimate: { weightsMiB: 1, batch: 4096 } } },
    })
    await expect(checkFits(path, { batch: 1, dims: {}, memoryMiB: 100 })).resolves.toMatchObject({ weightsMiB: 1 })
  })

  it('is refused for a bomb of impossible sizes, without a number that overflows', async () => {
    const bomb = (size: number) => saved({
      nodes: [{ op: 'ConstantOfShape', inputs: ['size'], outputs: ['y'] }],
      outputs: [{ name: 'y', type: 0 }],
      initializers: [{ ...longs(size, size, size), name: 'size' }],
    })
    for (const size of [2 ** 14, 2 ** 30, 2 ** 52])
      await expect(checkFits(bomb(size), { batch: 1, dims: {}, memoryMiB: 80_000 })).rejects.toMatchObject({ code: 'out_of_memory', message: expect.stringMatching(/impossible sizes/) as string })
    // Sizes that no tensor can have are not told, so nothing is claimed about them.
    expect(await estimateModel(bomb(-1), { batch: 1, dims: {} })).toMatchObject({ unknownNodes: 1, activationsMiB: 0 })
  })
})

describe('opening a model', () => {
  it('refuses one that the slice cannot hold before a session is made', async () => {
    const opened: string[] = []
    const context = (memoryMiB: number): RecipeContext => ({
      files: { model: saved(layer) },
      threads: 1,
      memoryMiB,
      params: {},
      session: async (path) => {
        opened.push(path)
        throw new Error('opened')
      },
      log: () => {},
    })
    const sizes = { batch: 65_536, dims: {} }
    await expect(openModel(context(256), 'model', undefined, sizes)).rejects.toMatchObject({ code: 'out_of_memory' })
    expect(opened).toEqual([])
    await expect(openModel(context(16_384), 'model', undefined, sizes)).rejects.toMatchObject({ message: expect.stringMatching(/opened/) as string })
  })
})

const dims = join(import.meta.dirname, '../../../shared/data/bad/onnx/dims')
describe.skipIf(!existsSync(dims))('shared hostile models (skipped where ../shared/data is absent)', () => {
  it('a bomb is refused by its estimate, a lie by its header, and an honest loop fits', async () => {
    const slice = { batch: 1, dims: {}, memoryMiB: 80 * 1024 }
    await expect(checkFits(join(dims, 'alloc_bomb_4TiB.onnx'), slice)).rejects.toMatchObject({ code: 'out_of_memory', message: expect.stringMatching(/4 TiB/) as string })
    await expect(checkFits(join(dims, 'init_huge_nodata.onnx'), slice)).rejects.toMatchObject({ code: 'bad_model' })
    await expect(checkFits(join(dims, 'loop_1000.onnx'), slice)).resolves.toMatchObject({ unknownNodes: 0 })
  })
})

describe('a hostile graph', () => {
  const estimate = (parts: ModelParts) => estimateModel(saved(parts), { batch: 1, dims: {} })

  it('in a circle, without producers, or with one value made twice is no reason to fail', async () => {
    const circle = await estimate({
      nodes: [{ op: 'Relu', inputs: ['b'], outputs: ['a'] }, { op: 'Relu', inputs: ['a'], outputs: ['b'] }, { op: 'Add', inputs: ['nobody', 'x'], outputs: ['c'] }, { op: 'Relu', inputs: ['x'], outputs: ['d'] }, { op: 'Tile', inputs: ['x'], outputs: ['d'] }, { op: 'Relu', inputs: ['e'], outputs: ['e'] }],
      inputs: [{ name: 'x', shape: [2] }],
      outputs: [{ name: 'missing', type: 0 }],
    })
    expect(circle.unknownNodes).toBe(4)
  })

  it('with absurd attributes tells nothing rather than something wrong', async () => {
    const node = (op: string, attributes: NonNullable<ModelParts['nodes']>[number]['attributes'], outputs = ['y']): ModelParts => ({ nodes: [{ op, inputs: ['x', 'w'], outputs, attributes }], inputs: [{ name: 'x', shape: [1, 4, 5, 5] }], initializers: [{ ...floats(4, 4, 3, 3), name: 'w' }], outputs: [] })
    for (const parts of [
      node('Conv', { strides: [0, 0] }),
      node('Conv', { strides: [-1, 1] }),
      node('Conv', { pads: [-99, 0, 0, 0] }),
      node('Conv', { dilations: [2 ** 53, 1] }),
      node('Conv', { strides: 'text' }),
      node('MaxPool', {}),
      node('Transpose', { perm: [0, 0, 1, 2] }),
      node('Concat', { axis: 99 }),
      node('Split', { axis: -7 }),
      node('Gather', { axis: { dims: [2], raw: new Uint8Array(8) } }),
      node('DepthToSpace', { blocksize: 0 }),
      node('RandomNormal', { shape: [-1] }),
      node('RandomNormal', { shape: Array.from({ length: 100 }, () => 2) }),
      node('LSTM', { hidden_size: -3 }),
      node('Loop', { body: { graph: true } }),
      node('Scan', { body: { graph: true }, num_scan_inputs: 99 }),
      node('Einsum', { equation: '->->,,' }),
    ])
      expect(await estimate(parts), parts.nodes?.[0].op).toMatchObject({ unknownNodes: 1 })
  })

  it('of a long chain, a wide node and deep subgraphs is followed to its end', async () => {
    const length = 30_000
    const chain = await estimate({
      nodes: Array.from({ length }, (_, index) => ({ op: 'Relu', inputs: [`v${index + 1}`], outputs: [`v${index}`] })),
      inputs: [{ name: `v${length}`, shape: [256] }],
      outputs: [{ name: 'v0', shape: [256] }],
    })
    expect(chain).toMatchObject({ unknownNodes: 0, activationsMiB: 3 * 1024 / mebibyte })
    const names = Array.from({ length: 150_000 }, (_, index) => `w${index}`)
    const wide = await estimate({ nodes: [{ op: 'Split', inputs: ['x'], outputs: names }, { op: 'Sum', inputs: names, outputs: ['y'] }], inputs: [{ name: 'x', shape: [150_000] }], outputs: [{ name: 'y', shape: [1] }] })
    expect(wide.unknownNodes).toBe(0)
    let inner: ModelParts = { nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['r'] }], outputs: [{ name: 'r', type: 0 }] }
    for (let depth = 0; depth < 30; depth++)
      inner = { nodes: [{ op: 'If', inputs: ['c'], outputs: ['r'], attributes: { then_branch: { graph: true, ...inner } } }], outputs: [{ name: 'r', type: 0 }] }
    const deep = await estimate({ ...inner, inputs: [{ name: 'x', shape: [4] }, { name: 'c', type: 9, shape: [] }] })
    expect(deep.unknownNodes).toBe(0)
  })

  it('with any byte of it changed tells something or is refused as malformed', () => {
    const model = onnxModel({ ...layer, nodes: [...layer.nodes ?? [], { op: 'Conv', inputs: ['y', 'w'], outputs: ['z'], attributes: { strides: [1, 1], auto_pad: 'VALID', alpha: { float: 2 }, more: { floats: [1, 2] } } }], initializers: [{ ...floats(2, 2), name: 'w' }] })
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(model.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = model.slice()
      for (const [at, value] of changes)
        bytes[at] = value
      try {
        const { peakBytes } = walkModel(readGraphFrom(memorySource(bytes)), [{ type: 1, shape: [4, 256] }], { opsets: new Map([['', 17]]), symbols: new Map(), unknown: () => {} })
        expect(peakBytes).toBeGreaterThanOrEqual(0)
      }
      catch (error) {
        expect(error).toBeInstanceOf(WireError)
      }
    }), { numRuns: 2000 })
  })

  it('with more nodes than any real one has is counted, not followed', async () => {
    const nodes = Array.from({ length: 100_010 }, (_, index) => ({ op: 'Relu', inputs: ['x'], outputs: [`v${index}`] }))
    const { unknownNodes, unknownOperators } = await estimate({ nodes, inputs: [{ name: 'x', shape: [1] }], outputs: [] })
    expect(unknownNodes).toBe(10)
    expect(unknownOperators).toEqual(['(not read)'])
  })
})
