import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { readModelNodes } from '../../src-main/runtime/worker/backends/modelNodes'
import { readProfile, startProfile } from '../../src-main/runtime/worker/backends/profile'
import { addModel, loopModel, onnxModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

function event(name: string, operator: string, provider: string, index: number) {
  return `{"cat" : "Node","pid" :1,"tid" :1,"dur" :9,"ts" :4,"ph" : "X","name" :"${name}_kernel_time","args" : {"node_index" : "${index}","op_name" : "${operator}","provider" : "${provider}"}},`
}

async function read(...lines: string[]) {
  const file = join(tempDir(), 'profile.json')
  writeFileSync(file, ['[', '{"cat" : "Session","pid" :1,"tid" :1,"dur" :1,"ts" :4,"ph" : "X","name" :"model_run","args" : {}},', ...lines, ']'].join('\n'))
  return [...await readProfile(file)].map(([backend, { count, operators }]) => [backend, count, [...operators]])
}

describe('a record of a first run', () => {
  it('is what ONNX Runtime writes: a node for each that ran', async () => {
    const scratch = tempDir()
    const profile = startProfile(scratch)
    const session = await InferenceSession.create(addModel(), { ...profile?.options, executionProviders: ['cpu'], logSeverityLevel: 3 })
    await session.run({ x: new Tensor('float32', new Float32Array(4), [4]) })
    expect(readdirSync(scratch)).toHaveLength(1)
    expect([...await profile?.finish(session) ?? []]).toEqual([['cpu', { count: 1, operators: new Set(['Add']) }]])
    expect(readdirSync(scratch)).toEqual([])
    await session.release()
  })

  it('counts a node that ran several times once, and no copies between devices', async () => {
    expect(await read(
      event('a', 'Conv', 'WebGpuExecutionProvider', 1),
      event('a', 'Conv', 'WebGpuExecutionProvider', 1),
      event('b', 'Conv', 'WebGpuExecutionProvider', 2),
      event('c', 'If', 'CPUExecutionProvider', 3),
      event('m', 'MemcpyToHost', 'CUDAExecutionProvider', 4),
    )).toEqual([['webgpu', 2, ['Conv']], ['cpu', 1, ['If']]])
  })

  it('is read although a node\'s name breaks out of its quotes, and shows nothing that moves a cursor', async () => {
    expect(await read(
      event('","args" : {"provider" : "CUDAExecutionProvider","op_name" : "Fake"}},', 'Add', 'CPUExecutionProvider', 1),
      event('plain', 'A\u001B[2Jdd', 'CPUExecutionProvider', 2),
      event('unknown', 'Add', 'NoSuchExecutionProvider', 3),
      '{"cat" : "Node", torn',
    )).toEqual([['cpu', 2, ['Add', 'A\\u001b[2Jdd']]])
  })

  it('is not made where its folder cannot be', () => {
    const inTheWay = join(tempDir(), 'file')
    writeFileSync(inTheWay, '')
    expect(startProfile(inTheWay)).toBeNull()
  })

  it('that a killed worker left is removed, a fresh one of another worker is not', () => {
    const scratch = tempDir()
    for (const name of ['.tranche-profile-old', '.tranche-profile-new', 'model.onnx'])
      mkdirSync(join(scratch, name))
    const longAgo = new Date(Date.now() - 3 * 24 * 3_600_000)
    utimesSync(join(scratch, '.tranche-profile-old'), longAgo, longAgo)
    startProfile(scratch)?.discard()
    expect(readdirSync(scratch).sort()).toEqual(['.tranche-profile-new', 'model.onnx'])
  })
})

describe('the nodes of a model', () => {
  it('are counted by kind, subgraphs included, and loops and data outside are noticed', () => {
    const write = (bytes: Uint8Array) => {
      const path = join(tempDir(), 'model.onnx')
      writeFileSync(path, bytes)
      return path
    }
    expect(readModelNodes(write(loopModel(3n)))).toEqual({ operators: new Map([['Loop', 1], ['Add', 1], ['Identity', 1]]), hasLoops: true, hasExternalData: false })
    expect(readModelNodes(write(addModel())).hasLoops).toBe(false)
    expect(readModelNodes(write(onnxModel({ nodes: [], initializers: [{ name: 'w', dims: [1], external: { location: 'w.bin' } }] }))).hasExternalData).toBe(true)
  })
})
