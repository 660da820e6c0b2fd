import type { TensorResult } from '../../src-main/recipes/tensor'
import type { TensorValue } from '../../src-main/recipes/tensor/dtypes'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../src-main/recipes/tensor'
import { parseNpy, writeNpy } from '../../src-main/recipes/tensor/npy'
import { parseTensorProto } from '../../src-main/recipes/tensor/tensorProto'
import { runRecipe } from '../helpers/runRecipe'
import { tempDir } from '../helpers/tempDir'

/** Models, conformance tests and hostile files that lie beside a working copy, not in it. */
const shared = join(import.meta.dirname, '../../../shared/data')
const absent = !existsSync(shared)
const title = absent ? 'the tensor recipe with shared data (skipped: there is no ../shared/data)' : 'the tensor recipe with shared data'

interface BadCase { readonly file: string, readonly what: string, readonly class: string }

function badCases(folder: string): readonly BadCase[] {
  if (absent)
    return []
  const { cases } = JSON.parse(readFileSync(join(shared, 'bad/manifest.json'), 'utf8')) as { readonly cases: readonly BadCase[] }
  return cases.filter(({ file }) => file.startsWith(folder))
}

async function outputsOf(model: string, paths: readonly (string | null)[]): Promise<readonly { readonly result: TensorResult, readonly tensors: readonly TensorValue[] }[]> {
  const outputs = await runRecipe(tensor, { files: { model } }, paths)
  return outputs.map(({ result, files }) => ({
    result: result as TensorResult,
    tensors: (files ?? []).map(({ name, bytes }) => name.endsWith('.npy') ? parseNpy(bytes, name) : parseTensorProto(bytes, name).tensor),
  }))
}

/** Same type, shape and values, floats within the tolerance that ONNX's own test runner uses. */
function expectSame(actual: TensorValue | undefined, expected: TensorValue): void {
  expect({ dtype: actual?.dtype, shape: actual?.shape }).toEqual({ dtype: expected.dtype, shape: expected.shape })
  for (const [at, value] of [...expected.data].entries()) {
    const found = actual?.data[at]
    if (typeof value === 'number' && typeof found === 'number' && Number.isFinite(value))
      expect(Math.abs(found - value)).toBeLessThanOrEqual(1e-7 + 1e-3 * Math.abs(value))
    else
      expect(found).toEqual(value)
  }
}

function argmax(value: TensorValue | undefined): number {
  const numbers = [...value?.data ?? []].map(Number)
  return numbers.indexOf(Math.max(...numbers))
}

async function conformanceTests(archive: string): Promise<string[]> {
  const folder = tempDir()
  await extract({ file: join(shared, 'onnx-conformance', archive), cwd: folder })
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('model.onnx')).sort().map(name => join(folder, name, '..'))
}

describe.skipIf(absent)(title, () => {
  it.each([
    // What is left out cannot run here at all: sequences as inputs, training operators, and text rules of en_US where that locale is missing.
    ['simple.tar.gz', /sequence_model[67]|gradient|strnorm_model_monday/],
    ['light-prepared.tar.gz', /^$/],
  ])('passes ONNX\'s own tests in %s', async (archive, leftOut) => {
    const tests = (await conformanceTests(archive)).filter(folder => !leftOut.test(folder))
    expect(tests.length).toBeGreaterThan(8)
    for (const folder of tests) {
      const data = join(folder, 'test_data_set_0')
      const [output] = await outputsOf(join(folder, 'model.onnx'), [data])
      for (const [position, found] of output?.tensors.entries() ?? []) {
        const path = join(data, `output_${position}.pb`)
        expectSame(found, parseTensorProto(readFileSync(path), path).tensor)
      }
      expect(output?.tensors.length).toBeGreaterThan(0)
    }
  })

  it('reads digits as the model\'s authors do', async () => {
    const mnist = join(shared, 'models/mnist')
    const sets = Array.from({ length: 10 }, (_, digit) => join(mnist, `test_data_set_${digit}`))
    for (const [digit, { tensors }] of (await outputsOf(join(mnist, 'mnist.onnx'), sets)).entries())
      expectSame(tensors[0], parseTensorProto(readFileSync(join(sets[digit] ?? '', 'output_0.pb')), 'expected').tensor)

    const pixels = readFileSync(join(mnist, 'digits-1000.u8'))
    const labels = readFileSync(join(mnist, 'labels-1000.u8'))
    const folder = tempDir()
    const paths = [...labels.keys()].map((index) => {
      const path = join(folder, `${index}.npy`)
      writeFileSync(path, writeNpy({ dtype: 'float32', shape: [1, 1, 28, 28], data: Float32Array.from(pixels.subarray(index * 784, (index + 1) * 784)) }))
      return path
    })
    const read = (await outputsOf(join(mnist, 'mnist.onnx'), paths)).map(({ tensors }) => argmax(tensors[0]))
    expect(read.filter((digit, index) => digit === labels[index]).length).toBe(993)
  })

  it('tells kinds of files as the model\'s authors do', async () => {
    const magika = join(shared, 'models/magika')
    const features = gunzipSync(readFileSync(join(magika, 'features-by-path.u16.gz')))
    const { rows } = JSON.parse(readFileSync(join(magika, 'features-by-path.json'), 'utf8')) as { readonly rows: readonly { readonly row: number, readonly dl: string, readonly score: number }[] }
    const { target_labels_space: labels } = JSON.parse(readFileSync(join(magika, 'config.min.json'), 'utf8')) as { readonly target_labels_space: readonly string[] }
    const folder = tempDir()
    const paths = rows.map(({ row }) => {
      const path = join(folder, `${row}.npy`)
      const data = Int32Array.from({ length: 2048 }, (_, at) => features.readUInt16LE((row * 2048 + at) * 2))
      writeFileSync(path, writeNpy({ dtype: 'int32', shape: [1, 2048], data }))
      return path
    })
    for (const [index, { tensors }] of (await outputsOf(join(magika, 'model.onnx'), paths)).entries()) {
      const best = argmax(tensors[0])
      expect(labels[best]).toBe(rows[index]?.dl)
      expect(Number(tensors[0]?.data[best])).toBeCloseTo(rows[index]?.score ?? 0, 3)
    }
  })

  it('leaves out the output of a forest that is a map, and says so', async () => {
    const forest = join(shared, 'models/rf_iris')
    const [output] = await outputsOf(join(forest, 'model.onnx'), [join(forest, 'test_data_set_0')])
    const expected = parseTensorProto(readFileSync(join(forest, 'test_data_set_0/output_0.pb')), 'expected').tensor
    expectSame(output?.tensors[0], expected)
    expect(output?.result.outputs.map(({ name }) => name)).toEqual(['output_label'])
    expect(output?.result.notes).toEqual([expect.stringMatching(/"output_probability" was skipped: it is a (?:sequence|map), and only tensors can be returned/) as string])
  })

  it.each(badCases('onnx/').filter(({ class: kind }) => kind === 'reject' || kind === 'reject-or-load'))('refuses the model $file: $what', async ({ file }) => {
    await expect(outputsOf(join(shared, 'bad', file), [])).rejects.toMatchObject({ code: 'bad_model' })
  })

  it.each(badCases('onnx/').filter(({ class: kind }) => kind === 'control' || kind === 'silent'))('runs the model $file: $what', async ({ file }) => {
    const [output] = await outputsOf(join(shared, 'bad', file), [null])
    expect(output?.tensors).toHaveLength(1)
    const notes = file.includes('nan_weights') ? [expect.stringContaining('NaN') as string] : []
    expect(output?.result.notes).toEqual(notes)
  })

  it.each(badCases('tensors/'))('judges the tensor $file: $what', ({ file, class: kind }) => {
    const parse = () => parseTensorProto(readFileSync(join(shared, 'bad', file)), file)
    if (kind === 'control')
      expect(parse().tensor.data.length).toBeGreaterThan(0)
    else
      expect(parse).toThrow(expect.objectContaining({ code: 'unreadable_input' }) as Error)
  })
})
