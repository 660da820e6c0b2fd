import type { ModelParts } from '../helpers/onnx'
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkModelFile, checkModelSource } from '../../src-main/recipes/onnx/checkModel'
import { runtimeMessage } from '../../src-main/recipes/onnx/openModel'
import { printable } from '../../src-main/recipes/onnx/printable'
import { memorySource } from '../../src-main/recipes/onnx/wire'
import { addModel, floats, identityModel, loopModel, onnxModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

const check = (bytes: Uint8Array) => checkModelSource(memorySource(bytes), 'model.onnx')
const refusal = (message: RegExp) => expect.objectContaining({ code: 'bad_model', message: expect.stringMatching(message) as string }) as Error

function modelWith(parts: ModelParts): Uint8Array {
  return onnxModel({ inputs: [{ name: 'x', shape: [4] }], outputs: [{ name: 'y', shape: [4] }], ...parts })
}

describe('the header of a model', () => {
  it('names inputs and outputs with type and shape, and leaves out inputs that have an initialiser', () => {
    const header = check(onnxModel({
      nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
      inputs: [{ name: 'x', type: 7, shape: ['batch', 3] }, { name: 'w', type: 7, shape: [3] }],
      outputs: [{ name: 'y', type: 7, shape: ['batch', 3] }],
      initializers: [{ name: 'w', type: 7, dims: [3], raw: new Uint8Array(24) }],
      opsets: [['', 17], ['ai.onnx.ml', 3]],
    }))
    expect(header.inputs).toEqual([{ name: 'x', kind: 'tensor', elementType: 7, shape: ['batch', 3] }])
    expect(header.outputs).toEqual([{ name: 'y', kind: 'tensor', elementType: 7, shape: ['batch', 3] }])
    expect([...header.initializers]).toEqual(['w'])
    expect(header.opsets).toEqual([{ domain: '', version: 17 }, { domain: 'ai.onnx.ml', version: 3 }])
    expect(header).toMatchObject({ irVersion: 10, producer: 'tranche-tests', weightBytes: 24 })
  })

  it('is read without reading the weights', () => {
    const model = modelWith({ initializers: [{ name: 'w', dims: [2 ** 21], raw: new Uint8Array(2 ** 23) }] })
    let read = 0
    checkModelSource({ size: model.length, read: (at, length) => {
      read += length
      return model.subarray(at, at + length)
    } }, 'model.onnx')
    expect(read).toBeLessThan(2 ** 19)
  })

  it('reads subgraphs as well', () => {
    expect(check(loopModel(3n)).inputs.map(({ name }) => name)).toEqual(['x'])
  })
})

describe('a file that is no model', () => {
  it.each([
    ['an empty file', '', /is empty/],
    ['a web page', '\n<!DOCTYPE html><html><body>Sign in</body></html>', /looks like a web page/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n', /Git LFS pointer.*git lfs pull/],
    ['a gzip', '\x1F\x8B\x08\x00\x00\x00', /looks like a gzip archive/],
    ['a zip', 'PK\x03\x04\x14\x00', /looks like a zip archive/],
    ['a pickle', '\x80\x02}q\x00', /looks like a Python pickle.*never opened/],
    ['safetensors', '\x40\0\0\0\0\0\0\0{"w":{}}', /looks like a safetensors file/],
    ['a TensorFlow Lite model', '\x1C\0\0\0TFL3', /TensorFlow Lite/],
    ['text', 'once upon a time', /is not an ONNX model/],
    ['one byte', '\x08', /is cut short/],
  ])('%s is refused by what it looks like', (_, content, message) => {
    expect(() => check(new Uint8Array([...content].map(character => character.charCodeAt(0))))).toThrow(refusal(message))
  })

  it('every cut of a model is refused', () => {
    const model = addModel()
    // The last field is the operator set: without it there is a graph, but no meaning.
    for (let length = 0; length < model.length; length++)
      expect(() => check(model.subarray(0, length))).toThrow(refusal(/is empty|cut short|not an ONNX model|names no operator set|cannot run/))
  })

  it('a folder and a missing file are refused', async () => {
    await expect(checkModelFile(tempDir())).rejects.toThrow(refusal(/is not a file/))
    await expect(checkModelFile(join(tempDir(), 'none.onnx'))).rejects.toThrow(refusal(/does not exist/))
  })
})

describe('a model that cannot be right', () => {
  it.each([
    ['a shape beyond its data', { initializers: [{ name: 'w', dims: [2 ** 40] }] }, /tensor "w" of float32 \[1099511627776\] needs at least 4398046511104 bytes and holds 0/],
    ['a shape that overflows', { initializers: [{ name: 'w', dims: [2n ** 62n, 4] }] }, /impossible shape/],
    ['a negative axis', { initializers: [{ name: 'w', dims: [-4], raw: floats(1) }] }, /impossible shape/],
    ['too little data', { initializers: [{ name: 'w', dims: [4], raw: floats(1, 2) }] }, /needs 16 bytes and holds 8/],
    ['two initialisers of one name', { initializers: [{ name: 'w', dims: [1], raw: floats(1) }, { name: 'w', dims: [1], raw: floats(2) }] }, /two initialisers are called "w"/],
    ['a constant beyond its data', { nodes: [{ op: 'Constant', inputs: [], outputs: ['y'], attributes: { value: { dims: [2 ** 30] } } }] }, /needs at least/],
    ['a newer format', { irVersion: 99 }, /format version 99; versions up to 13/],
    ['a newer operator set', { opsets: [['', 999] as const] }, /operator set 999 of ai.onnx; sets up to 26/],
    ['an operator of its own', { nodes: [{ op: 'Foo', domain: 'com.example', inputs: ['x'], outputs: ['y'] }] }, /custom operator "com.example:Foo".*Tranche loads none/],
    ['a type that cannot be passed', { inputs: [{ name: 'x', type: 16, shape: [4] }] }, /"x" is bfloat16/],
  ] as const)('%s is refused', (_, parts: ModelParts, message) => {
    expect(() => check(modelWith(parts))).toThrow(refusal(message))
  })

  it('names of any kind are no reason to refuse it, and are escaped in messages', () => {
    for (const name of ['constructor', '__proto__', '{"a": 1}', 'a/b', '\x1B[31mred'])
      expect(check(identityModel(1, [4], name, 'y')).inputs[0]?.name).toBe(name)
    expect(() => check(identityModel(16, [4], '\x1B[31m\nred'))).toThrow(refusal(/"\\u001b\[31m\\u000ared" is bfloat16/))
  })
})

describe('data beside a model', () => {
  function externalModel(external: Record<string, string>, folder = tempDir()): string {
    const path = join(folder, 'model.onnx')
    writeFileSync(path, modelWith({ initializers: [{ name: 'w', dims: [4], external }] }))
    return path
  }

  it('is accepted as a plain file in the folder of the model or below it', async () => {
    const folder = tempDir()
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data', 'w.bin'), new Uint8Array(32))
    const header = await checkModelFile(externalModel({ location: 'data/w.bin', offset: '16', length: '16' }, folder))
    expect(header.external).toHaveLength(1)
    expect(header.weightBytes).toBe(16)
  })

  it.each([
    [{ location: '/etc/passwd' }, /absolute paths are not accepted/],
    [{ location: '../w.bin' }, /leads out of the folder/],
    [{ location: 'a/../../w.bin' }, /leads out of the folder/],
    [{ location: './w.bin' }, /not written plainly/],
    [{ location: 'C:\\Windows\\win.ini' }, /Windows paths are not accepted/],
    [{ location: 'C:w.bin' }, /Windows paths are not accepted/],
    [{ location: 'w.bin\0.txt' }, /NUL character/],
    [{ location: '' }, /the name is empty/],
    [{ location: '*/_ORT_MEM_ADDR_/*', offset: '4096', length: '16' }, /no such file/],
    [{ offset: '0' }, /none is named/],
    [{ location: 'missing.bin' }, /no such file beside the model/],
    [{ location: 'w.bin', offset: '1' }, /ends at byte 17, but the file has 16/],
    [{ location: 'w.bin', offset: '18446744073709551616' }, /not a whole number/],
    [{ location: 'w.bin', offset: '-1' }, /not a whole number/],
    [{ location: 'w.bin', length: '8' }, /is 8 bytes long, but its shape needs 16/],
  ])('is refused at %o', async (external, message) => {
    const folder = tempDir()
    writeFileSync(join(folder, 'w.bin'), new Uint8Array(16))
    await expect(checkModelFile(externalModel(external as Record<string, string>, folder))).rejects.toThrow(refusal(message))
  })

  it('is refused through links, soft or hard, of the file or of a folder', async () => {
    const outside = tempDir()
    writeFileSync(join(outside, 'secret.bin'), new Uint8Array(16))
    const folder = tempDir()
    symlinkSync(join(outside, 'secret.bin'), join(folder, 'soft.bin'))
    linkSync(join(outside, 'secret.bin'), join(folder, 'hard.bin'))
    symlinkSync(outside, join(folder, 'data'))
    await expect(checkModelFile(externalModel({ location: 'soft.bin' }, folder))).rejects.toThrow(refusal(/symbolic link/))
    await expect(checkModelFile(externalModel({ location: 'hard.bin' }, folder))).rejects.toThrow(refusal(/hard link/))
    await expect(checkModelFile(externalModel({ location: 'data/secret.bin' }, folder))).rejects.toThrow(refusal(/symbolic link/))
  })

  it('is found in constants of subgraphs too', () => {
    const body = { graph: true, nodes: [{ op: 'Constant', inputs: [], outputs: ['c'], attributes: { value: { dims: [4], external: { location: '/etc/passwd' } } } }] } as const
    const header = check(modelWith({ nodes: [{ op: 'If', inputs: ['x'], outputs: ['y'], attributes: { then_branch: body, else_branch: body } }] }))
    expect(header.external).toHaveLength(2)
  })
})

describe('text from files', () => {
  it('is shown without control characters, marks that reorder text, and without end', () => {
    expect(printable('a\x1B[2Jb\nc\u202Ed\u0085')).toBe('a\\u001b[2Jb\\u000ac\\u202ed\\u0085')
    expect(printable('größe/層 "x"')).toBe('größe/層 "x"')
    expect(printable('x'.repeat(1000)).length).toBeLessThan(210)
  })

  it('of ONNX Runtime is shown without source paths', () => {
    expect(runtimeMessage(new Error('/onnxruntime_src/onnxruntime/core/graph/model.cc:202 onnxruntime::Model::Model(const std::string&, int) Unsupported model IR version: 14')))
      .toBe('Unsupported model IR version: 14')
  })
})
