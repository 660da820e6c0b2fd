import type { Dtype, TensorValue } from '../../src-main/recipes/tensor/dtypes'
import type { Feeds } from '../../src-main/recipes/tensor/runtimeTensor'
import fc from 'fast-check'
import { InferenceSession } from 'onnxruntime-node'
import { expect, it } from 'vitest'
import { dtypes, viewAs } from '../../src-main/recipes/tensor/dtypes'
import { groupsOf } from '../../src-main/recipes/tensor/groups'
import { runModel } from '../../src-main/recipes/tensor/runtimeTensor'
import { rowsOf, stack, stackKey, unstack } from '../../src-main/recipes/tensor/stack'
import { createTogether } from '../../src-main/recipes/tensor/together'
import { perceptron } from '../helpers/batchModels'

const numeric = (Object.keys(dtypes) as Dtype[]).filter(dtype => dtype !== 'string')
const trailing = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })

/** Members that differ in their rows and values alone. */
const members = fc.record({ dtype: fc.constantFrom(...numeric), trailing, rows: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }) })
  .chain(({ dtype, trailing, rows }) => fc.tuple(...rows.map((count) => {
    const length = trailing.reduce((product, dim) => product * dim, count) * dtypes[dtype].bytes
    return fc.uint8Array({ minLength: length, maxLength: length, max: dtype === 'bool' ? 1 : 255 })
      .map((bytes): Feeds => new Map([['x', { dtype, shape: [count, ...trailing], data: viewAs(dtype, new Uint8Array(bytes).buffer) }]]))
  })))

const bytesOf = (value: TensorValue | null | undefined) => value && value.dtype !== 'string' ? [...new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength)] : []

it('puts together byte after byte, and gives each member exactly its own again', () => {
  fc.assert(fc.property(members, (given) => {
    const stacked = stack(given)
    expect(bytesOf(stacked.get('x'))).toEqual(given.flatMap(member => bytesOf(member.get('x'))))
    expect(new Set(given.map(stackKey)).size).toBe(1)
    const parts = unstack(stacked, given.map(member => rowsOf(member) ?? 0)) ?? []
    expect(parts.map(part => [part.get('x')?.shape, bytesOf(part.get('x'))])).toEqual(given.map(member => [member.get('x')?.shape, bytesOf(member.get('x'))]))
  }))
})

it('puts each member into one group of its kind, in order, and opens no group while another has room', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom('a', 'b', null)), fc.integer({ min: 1, max: 5 }), (kinds, most) => {
    const groups = groupsOf(kinds, () => most)
    expect(groups.flat().sort((a, b) => a - b)).toEqual(kinds.map((_, place) => place))
    for (const kind of ['a', 'b']) {
      const own = groups.filter(([first]) => kinds[first] === kind)
      expect(own.flat()).toEqual(kinds.flatMap((each, place) => each === kind ? [place] : []))
      expect(own.slice(0, -1).every(group => group.length === most)).toBe(true)
    }
    expect(groups.filter(([first]) => kinds[first] === null).every(group => group.length === 1)).toBe(true)
  }))
})

it('gives the results of single runs, within 1e-5 of them', async () => {
  const width = 8
  const session = await InferenceSession.create(perceptron(width, 16), { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const run = (feeds: Feeds) => runModel(session, feeds, ['y'])
  const row = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: width, maxLength: width })
  const inputs = fc.array(fc.array(row, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 9 })
  await fc.assert(fc.asyncProperty(inputs, async (rows) => {
    const together = createTogether({ run, problem: null, log: () => {} })
    const feeds = rows.map((each): Feeds => new Map([['x', { dtype: 'float32', shape: [each.length, width], data: Float32Array.from(each.flat()) }]]))
    const outcomes = await together.run(feeds)
    for (const [place, outcome] of outcomes.entries()) {
      const single = (await run(feeds[place])).values.get('y')
      const own = 'failed' in outcome ? null : outcome.values.get('y')
      expect(own?.shape).toEqual(single?.shape)
      for (const [at, value] of (single?.data ?? []).entries())
        expect(Math.abs(Number(own?.data[at]) - Number(value))).toBeLessThanOrEqual(1e-5 * Math.max(1e-2, Math.abs(Number(value))))
    }
  }), { numRuns: 60 })
})
