import type { ModelParts } from '../helpers/onnx'
import fc from 'fast-check'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { readGraphFrom } from '../../src-main/recipes/onnx/memory/readModel'
import { walkModel } from '../../src-main/recipes/onnx/memory/walk'
import { memorySource } from '../../src-main/recipes/onnx/wire'
import { onnxModel } from '../helpers/onnx'
import { longs, modelOf, operatorCases } from '../helpers/shapeModels'

type Told = readonly { readonly shape: readonly number[], readonly type: string }[]

const typeNames: Readonly<Record<number, string>> = { 1: 'float32', 2: 'uint8', 3: 'int8', 6: 'int32', 7: 'int64', 9: 'bool', 11: 'float64' }

/** What ONNX Runtime returns for float32 ones, or null where it refuses the model. */
async function returned(model: ModelParts): Promise<Told | null> {
  try {
    const session = await InferenceSession.create(onnxModel(model), { graphOptimizationLevel: 'disabled', logSeverityLevel: 4, intraOpNumThreads: 1 })
    const feeds = Object.fromEntries((model.inputs ?? []).map(({ name, shape }) => {
      const dims = (shape ?? []).map(Number)
      return [name, new Tensor('float32', new Float32Array(dims.reduce((count, dim) => count * dim, 1)).fill(1), dims)]
    }))
    const outputs = await session.run(feeds)
    await session.release()
    return (model.outputs ?? []).map(({ name }) => ({ shape: [...outputs[name].dims], type: outputs[name].type }))
  }
  catch {
    return null
  }
}

function told(model: ModelParts): Told | string {
  const unknown: string[] = []
  const { outputs } = walkModel(readGraphFrom(memorySource(onnxModel(model))), (model.inputs ?? []).map(({ shape }) => ({ type: 1, shape: (shape ?? []).map(Number) })), {
    opsets: new Map(model.opsets ?? [['', 17]]),
    symbols: new Map(),
    unknown: operator => unknown.push(operator),
  })
  return unknown.length > 0 ? `not told: ${unknown.join()}` : outputs.map(output => ({ shape: output?.shape ?? [], type: typeNames[output?.type ?? 0] ?? 'unknown' }))
}

describe('shapes and types told from the graph are those that ONNX Runtime returns', () => {
  it.each(Object.entries(operatorCases))('%s', async (_, cases) => {
    let ran = 0
    await fc.assert(fc.asyncProperty(cases, async (made) => {
      const model = modelOf(made)
      const expected = await returned(model)
      if (expected === null)
        return
      ran += 1
      expect(told(model)).toEqual(expected)
    }), { numRuns: 60 })
    // A generator whose models are mostly refused would prove nothing.
    expect(ran).toBeGreaterThan(20)
  })
})

describe('sizes that a model computes as it runs', () => {
  const dims = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 3 })

  it('are followed through Shape, Gather, arithmetic, Concat and Reshape', async () => {
    await fc.assert(fc.asyncProperty(dims, fc.integer({ min: 1, max: 4 }), async (shape, factor) => {
      const model: ModelParts = {
        nodes: [
          { op: 'Tile', inputs: ['x', 'repeats'], outputs: ['tiled'] },
          { op: 'Shape', inputs: ['tiled'], outputs: ['sizes'] },
          { op: 'Gather', inputs: ['sizes', 'first'], outputs: ['a'] },
          { op: 'Mul', inputs: ['a', 'factor'], outputs: ['scaled'] },
          { op: 'Div', inputs: ['scaled', 'factor'], outputs: ['b'] },
          { op: 'Slice', inputs: ['sizes', 'first', 'two'], outputs: ['c'] },
          { op: 'Concat', inputs: ['b', 'open'], outputs: ['target'], attributes: { axis: 0 } },
          { op: 'Reshape', inputs: ['tiled', 'target'], outputs: ['y0'] },
          { op: 'ConstantOfShape', inputs: ['c'], outputs: ['y1'] },
          { op: 'ReduceProd', inputs: ['sizes'], outputs: ['all'], attributes: { keepdims: 0 } },
          { op: 'Range', inputs: ['zero', 'all', 'step'], outputs: ['y2'] },
        ],
        inputs: [{ name: 'x', shape }],
        outputs: ['y0', 'y1', 'y2'].map(name => ({ name, type: 0 })),
        initializers: [
          { ...longs(1, 2, factor), name: 'repeats' },
          { ...longs(0), name: 'first' },
          { ...longs(factor), name: 'factor' },
          { ...longs(2), name: 'two' },
          { ...longs(-1), name: 'open' },
          { ...longs(0), dims: [], name: 'zero' },
          { ...longs(1), dims: [], name: 'step' },
        ],
        irVersion: 8,
      }
      expect(told(model)).toEqual(await returned(model))
    }), { numRuns: 30 })
  })

  it('are followed into branches and loops', async () => {
    const floatsOf = (name: string) => [{ name, type: 0 }]
    const branch = (op: string) => ({ graph: true, nodes: [{ op, inputs: ['x'], outputs: ['inner'] }], outputs: floatsOf('inner') } as const)
    await fc.assert(fc.asyncProperty(dims, fc.integer({ min: 0, max: 5 }), async (shape, trips) => {
      const body = {
        graph: true,
        nodes: [{ op: 'Identity', inputs: ['on'], outputs: ['still'] }, { op: 'Add', inputs: ['before', 'x'], outputs: ['after'] }, { op: 'Flatten', inputs: ['after'], outputs: ['seen'] }],
        inputs: [{ name: 'turn', type: 7, shape: [] }, { name: 'on', type: 9, shape: [] }, { name: 'before', shape }],
        outputs: [{ name: 'still', type: 9, shape: [] }, { name: 'after', shape }, ...floatsOf('seen')],
      } as const
      const model: ModelParts = {
        nodes: [
          { op: 'Loop', inputs: ['trips', 'yes', 'x'], outputs: ['y0', 'y1'], attributes: { body } },
          { op: 'If', inputs: ['yes'], outputs: ['y2'], attributes: { then_branch: branch('Transpose'), else_branch: branch('Flatten') } },
        ],
        inputs: [{ name: 'x', shape }],
        outputs: ['y0', 'y1', 'y2'].map(name => ({ name, type: 0 })),
        initializers: [{ ...longs(trips), dims: [], name: 'trips' }, { dims: [], type: 9, raw: Uint8Array.of(1), name: 'yes' }],
        irVersion: 8,
      }
      expect(told(model)).toEqual(await returned(model))
    }), { numRuns: 20 })
  })
})
