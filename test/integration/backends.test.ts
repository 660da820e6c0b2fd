import type { ProbeAnswer, ProbeTask } from '../helpers/sessionsProbe'
import { execFile } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { build } from 'vite'
import { beforeAll, describe, expect, it } from 'vitest'
import { repoRoot } from '../../resources/setup/lib/paths.mjs'
import { readRuntime } from '../../resources/setup/runtime/record.mjs'
import { backendEnvironment, swiftShaderFolder } from '../../src-main/runtime/backendEnvironment'
import { essentialEnv } from '../../src-main/runtime/nodeProcessHost'
import { readRuntimeFiles, whyNotInstalled } from '../../src-main/runtime/worker/backends/installed'
import { floats, onnxModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

const swiftShader = swiftShaderFolder([dirname(readRuntime()?.executable ?? '')])
const noSwiftShader = swiftShader === null || whyNotInstalled('webgpu', readRuntimeFiles()) !== null
const hasCuda = whyNotInstalled('cuda', readRuntimeFiles()) === null

/** A convolution, pooled and projected: large enough to be saved optimised, small enough for a GPU that is made of software. */
function smallNetwork(): Uint8Array {
  const weights = (count: number) => new Uint8Array(Float32Array.from({ length: count }, (_, index) => Math.sin(index * 7) / 8).buffer)
  return onnxModel({
    nodes: [
      { op: 'Conv', inputs: ['x', 'filters'], outputs: ['filtered'] },
      { op: 'Relu', inputs: ['filtered'], outputs: ['positive'] },
      { op: 'GlobalAveragePool', inputs: ['positive'], outputs: ['pooled'] },
      { op: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
      { op: 'MatMul', inputs: ['flat', 'projection'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', shape: ['n', 8, 12, 12] }],
    outputs: [{ name: 'y', shape: ['n', 2048] }],
    initializers: [
      { name: 'filters', dims: [64, 8, 3, 3], raw: weights(64 * 8 * 9) },
      { name: 'projection', dims: [64, 2048], raw: weights(64 * 2048) },
    ],
  })
}

/** y = hardmax(relu(x * w)): WebGPU has no Hardmax. */
function modelWithHardmax(): Uint8Array {
  return onnxModel({
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
      { op: 'Relu', inputs: ['product'], outputs: ['positive'] },
      { op: 'Hardmax', inputs: ['positive'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', shape: ['n', 4] }],
    outputs: [{ name: 'y', shape: ['n', 4] }],
    initializers: [{ name: 'w', dims: [4, 4], raw: floats(...Array.from({ length: 16 }, (_, index) => Math.cos(index))) }],
  })
}

let script: string
beforeAll(async () => {
  const outDir = join(repoRoot, 'out', 'test')
  await build({
    configFile: false,
    logLevel: 'warn',
    root: repoRoot,
    build: { ssr: join('test', 'helpers', 'sessionsProbe.ts'), outDir, emptyOutDir: false, target: 'node20', rollupOptions: { output: { format: 'es', entryFileNames: 'sessionsProbe.mjs' } } },
  })
  script = join(outDir, 'sessionsProbe.mjs')
})

/** Runs a model once in a process of its own, as a worker on a slice without a real GPU would. */
async function probe(task: Partial<ProbeTask> & Pick<ProbeTask, 'path' | 'backends'>): Promise<ProbeAnswer> {
  const host = { swiftShader, env: { TRANCHE_WEBGPU: 'swiftshader' } }
  const environment = backendEnvironment(task.backends, { uuid: null, computeShare: 1, memoryMiB: 4096 }, host)
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify({ optimisedDir: null, dims: {}, ...task })], { env: { ...essentialEnv(process.env), ...environment }, timeout: 100_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ProbeAnswer
}

function written(bytes: Uint8Array): string {
  const path = join(tempDir(), 'model.onnx')
  writeFileSync(path, bytes)
  return path
}

const total = (answer: ProbeAnswer, backend: string) => answer.report?.nodes.find(nodes => nodes.backend === backend)?.count ?? 0

describe.skipIf(noSwiftShader)('computing by WebGPU on SwiftShader (skipped where no Electron with SwiftShader was set up)', () => {
  it('gives the results of the CPU, and says that it ran the nodes', async () => {
    const task = { path: written(smallNetwork()), dims: { n: 2 }, optimisedDir: tempDir() }
    const [gpu, cpu] = [await probe({ ...task, backends: ['webgpu', 'cpu'] }), await probe({ ...task, backends: ['cpu'] })]
    expect(gpu.error ?? cpu.error).toBeNull()
    for (const [name, values] of Object.entries(cpu.outputs)) {
      expect(gpu.outputs[name]).toHaveLength(values.length)
      expect(Math.max(...values.map((value, index) => Math.abs(value - (gpu.outputs[name]?.[index] ?? Number.NaN))))).toBeLessThan(1e-3)
    }
    expect(gpu.report?.asked).toEqual(['webgpu', 'cpu'])
    expect(total(gpu, 'webgpu')).toBeGreaterThan(0)
    expect(gpu.report?.nodes.find(({ backend }) => backend === 'webgpu')?.operators).toEqual(expect.arrayContaining(['Conv', 'MatMul']))
    expect(cpu.report?.nodes.map(({ backend }) => backend)).toEqual(['cpu'])
  })

  it('says which operators it left to the CPU', async () => {
    const answer = await probe({ path: written(modelWithHardmax()), backends: ['webgpu', 'cpu'], dims: { n: 3 }, optimisedDir: join(tempDir(), 'not-yet-there') })
    expect(answer.error).toBeNull()
    expect(answer.report?.nodes).toContainEqual({ backend: 'cpu', count: 1, operators: ['Hardmax'] })
    expect(total(answer, 'webgpu')).toBeGreaterThan(0)
    expect(answer.report?.fallback).toBe('WebGPU left these operators to CPU: Hardmax')
  })

  it('loads from a saved model with the same results', async () => {
    const optimisedDir = tempDir()
    const task = { path: written(smallNetwork()), backends: ['webgpu', 'cpu'] as const, dims: { n: 2 }, optimisedDir }
    const first = await probe(task)
    expect(readdirSync(optimisedDir)).toHaveLength(1)
    const second = await probe(task)
    expect(second).toEqual(first)
    expect(readdirSync(optimisedDir)).toHaveLength(1)
  })
})

describe('a backend that is not there', () => {
  it.skipIf(hasCuda)('is passed over, and the reason stands in the report (skipped where CUDA is installed)', async () => {
    const answer = await probe({ path: written(modelWithHardmax()), backends: ['cuda', 'cpu'] })
    expect(answer.error).toBeNull()
    expect(answer.report?.nodes).toEqual([{ backend: 'cpu', count: 3, operators: ['Hardmax', 'MatMul', 'Relu'] }])
    expect(answer.report?.fallback).toMatch(/^(?:CUDA is not installed: .*setup cuda|ONNX Runtime has no CUDA for )/)
  })

  it.skipIf(hasCuda)('fails the job where it is all that was asked for (skipped where CUDA is installed)', async () => {
    const answer = await probe({ path: written(modelWithHardmax()), backends: ['cuda', 'tensorrt'] })
    expect(answer.error?.code).toBe('unsupported')
    expect(answer.error?.message).toContain('--backend cuda,tensorrt,cpu')
  })

  it('leaves a model that nothing can load a bad model', async () => {
    const answer = await probe({ path: written(onnxModel({ nodes: [{ op: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }], inputs: [{ name: 'x', shape: [1] }], outputs: [{ name: 'y', shape: [1] }] })), backends: ['cuda'] })
    expect(answer.error?.code).toBe('bad_model')
  })

  it('is named where it is installed and comes up on no device', async () => {
    const icd = join(tempDir(), 'none.json')
    const environment = { ...essentialEnv(process.env), VK_ICD_FILENAMES: icd, VK_DRIVER_FILES: icd }
    const task: ProbeTask = { path: written(modelWithHardmax()), backends: ['webgpu', 'cpu'], optimisedDir: null, dims: { n: 2 } }
    const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(task)], { env: environment })
    const answer = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ProbeAnswer
    expect(answer.error).toBeNull()
    if (process.platform === 'linux')
      expect(answer.report?.fallback).toMatch(/WebGPU/)
  })
})
