import type { BackendHost } from '../../src-main/inventory/backends'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { backendIds } from '../../src-main/contract/model'
import { listBackends, vulkanDrivers } from '../../src-main/inventory/backends'
import { backendEnvironment, swiftShaderFolder, wantsSwiftShader } from '../../src-main/runtime/backendEnvironment'
import { whyNotInstalled } from '../../src-main/runtime/worker/backends/installed'
import { blamed, orderOf } from '../../src-main/runtime/worker/backends/order'
import { sessionOptions } from '../../src-main/runtime/worker/backends/providers'
import { mergeReports } from '../../src-main/runtime/worker/backends/report'
import { tempDir } from '../helpers/tempDir'

const linux = { platform: 'linux' as const, arch: 'x64', names: ['libonnxruntime.so.1'] }
const withCuda = { ...linux, names: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'] }
const host = { swiftShader: null, env: {} }
const wholeGpu = { uuid: 'GPU-8932f937-d72c-4106-c12f-20bd9faed9f6', computeShare: 1, memoryMiB: 40_000 }

describe('the environment of a worker', () => {
  it('shows CUDA the slice\'s own GPU, whole or a MIG instance, without limits that are not needed', () => {
    expect(backendEnvironment(['cuda', 'cpu'], wholeGpu, host)).toEqual({ CUDA_VISIBLE_DEVICES: wholeGpu.uuid })
    expect(backendEnvironment(['tensorrt'], { uuid: 'MIG-c6d4f1ef', computeShare: 1 / 7, memoryMiB: 9856 }, host)).toEqual({ CUDA_VISIBLE_DEVICES: 'MIG-c6d4f1ef' })
  })

  it('limits a part of a GPU by MPS', () => {
    expect(backendEnvironment(['cuda'], { ...wholeGpu, computeShare: 0.25, memoryMiB: 10_000.7 }, host)).toEqual({
      CUDA_VISIBLE_DEVICES: wholeGpu.uuid,
      CUDA_MPS_ACTIVE_THREAD_PERCENTAGE: '25',
      CUDA_MPS_PINNED_DEVICE_MEM_LIMIT: '0=10000M',
    })
    expect(backendEnvironment(['cuda'], { ...wholeGpu, computeShare: 0.001 }, host).CUDA_MPS_ACTIVE_THREAD_PERCENTAGE).toBe('1')
  })

  it.each([
    ['a slice that lies on no real GPU', ['cuda', 'cpu'] as const, null],
    ['a job that did not ask for CUDA', ['cpu'] as const, wholeGpu.uuid],
  ])('hides every GPU from %s', (_, backends, uuid) => {
    expect(backendEnvironment(backends, { ...wholeGpu, uuid }, host)).toEqual({ CUDA_VISIBLE_DEVICES: '-1' })
  })

  it('leads WebGPU to SwiftShader only where that is asked for and there', () => {
    const shader = { swiftShader: join('/', 'electron'), env: { TRANCHE_WEBGPU: 'swiftshader', LD_LIBRARY_PATH: '/opt/lib' } }
    expect(backendEnvironment(['webgpu'], wholeGpu, shader)).toEqual({
      CUDA_VISIBLE_DEVICES: '-1',
      VK_ICD_FILENAMES: join('/', 'electron', 'vk_swiftshader_icd.json'),
      LD_LIBRARY_PATH: [join('/', 'electron'), '/opt/lib'].join(delimiter),
    })
    expect(backendEnvironment(['cpu'], wholeGpu, shader)).toEqual({ CUDA_VISIBLE_DEVICES: '-1' })
    expect(backendEnvironment(['webgpu'], wholeGpu, { ...shader, swiftShader: null })).toEqual({ CUDA_VISIBLE_DEVICES: '-1' })
    expect(backendEnvironment(['webgpu'], wholeGpu, { ...shader, env: { VK_DRIVER_FILES: '/my.json' } })).toEqual({ CUDA_VISIBLE_DEVICES: '-1', VK_DRIVER_FILES: '/my.json' })
    expect([wantsSwiftShader(shader.env), wantsSwiftShader({})]).toEqual([true, false])
  })

  it('finds SwiftShader in the first folder that has all of it', () => {
    const [half, whole] = [join(tempDir(), 'half'), join(tempDir(), 'whole')]
    for (const [folder, files] of [[half, ['vk_swiftshader_icd.json']], [whole, ['vk_swiftshader_icd.json', 'libvk_swiftshader.so', 'libvulkan.so.1']]] as const) {
      mkdirSync(folder)
      files.forEach(file => writeFileSync(join(folder, file), ''))
    }
    expect(swiftShaderFolder([half, whole])).toBe(whole)
    expect(swiftShaderFolder([half])).toBeNull()
  })
})

describe('the backends of a host', () => {
  const seen: BackendHost = { files: linux, cpu: '2 cores of a CPU', gpus: [], vulkanDrivers: [], swiftShader: false }
  const of = (id: string, changes: Partial<BackendHost> = {}) => listBackends({ ...seen, ...changes }).find(backend => backend.id === id)

  it('are all listed, with a reason for each that cannot be used', () => {
    const list = listBackends(seen)
    expect(list.map(({ id }) => id)).toEqual(backendIds)
    expect(list.filter(({ installed }) => installed).map(({ id }) => id)).toEqual(['cpu', 'webgpu'])
    expect(list.every(({ detail }) => /^[A-Z].*\.$/.test(detail))).toBe(true)
  })

  it('say what to do for CUDA', () => {
    expect(of('cuda')?.detail).toContain('npm run -s tranche -- setup cuda')
    expect(of('cuda', { files: withCuda })).toMatchObject({ installed: true, usable: false, detail: expect.stringContaining('no NVIDIA GPU was found') })
    expect(of('tensorrt', { files: withCuda })?.installed).toBe(false)
    expect(whyNotInstalled('cuda', { ...withCuda, platform: 'darwin' })).toContain('no CUDA for darwin')
  })

  it('say on what WebGPU would run', () => {
    expect(of('webgpu')).toMatchObject({ installed: true, usable: false, detail: expect.stringContaining('no adapter') })
    expect(of('webgpu', { vulkanDrivers: ['radeon'] })?.usable).toBe(true)
    expect(of('webgpu', { vulkanDrivers: ['radeon'] })?.detail).toContain('radeon')
    expect(of('webgpu', { swiftShader: true })?.detail).toContain('SwiftShader')
  })

  it('know the Vulkan drivers by their files', () => {
    const folder = tempDir()
    for (const file of ['radeon_icd.x86_64.json', 'nvidia_icd.json', 'README'])
      writeFileSync(join(folder, file), '')
    expect(vulkanDrivers({}, [folder, join(folder, 'none')]).sort()).toEqual(['nvidia', 'radeon'])
    expect(vulkanDrivers({ VK_ICD_FILENAMES: '/a/vk_swiftshader_icd.json' }, [folder])).toEqual(['vk_swiftshader'])
  })
})

describe('an order of backends', () => {
  it('ends with the CPU: nothing after it has a turn', () => {
    expect(orderOf(['webgpu', 'cpu', 'cuda', 'webgpu'])).toEqual({ asked: ['webgpu', 'cpu', 'cuda'], accelerators: ['webgpu'], allowsCpu: true })
    expect(orderOf(['cuda'])).toEqual({ asked: ['cuda'], accelerators: ['cuda'], allowsCpu: false })
    expect(orderOf([])).toEqual({ asked: ['cpu'], accelerators: [], allowsCpu: true })
  })

  it('is shortened by the one that a message names, or by its first', () => {
    expect(blamed('Failed to get a WebGPU adapter', ['cuda', 'webgpu'])).toBe('webgpu')
    expect(blamed('OrtSessionOptionsAppendExecutionProvider_TensorRT: Failed to load shared library', ['cuda', 'tensorrt'])).toBe('tensorrt')
    expect(blamed('something else', ['cuda', 'webgpu'])).toBe('cuda')
    expect(blamed('something else', [])).toBeUndefined()
  })

  it('becomes options of ONNX Runtime, the CPU last', () => {
    const options = sessionOptions({ accelerators: ['tensorrt', 'cuda', 'webgpu'], threads: 3, optimisation: 'extended' })
    expect(options).toMatchObject({ intraOpNumThreads: 3, graphOptimizationLevel: 'extended', enableMemPattern: true })
    expect(options.extra).toEqual({ session: { force_spinning_stop: '1' } })
    expect(options.executionProviders).toEqual([{ name: 'tensorrt', deviceId: 0 }, { name: 'cuda', deviceId: 0 }, 'webgpu', 'cpu'])
    expect(sessionOptions({ accelerators: ['directml'], threads: 1, optimisation: 'all' }).enableMemPattern).toBe(false)
  })
})

describe('what ran several models', () => {
  const ran = (...nodes: readonly (readonly [typeof backendIds[number], number, readonly string[]])[]) => new Map(nodes.map(([id, count, operators]) => [id, { count, operators: new Set(operators) }]))

  it('is nothing without a model', () => {
    expect(mergeReports([])).toBeNull()
  })

  it('is added up, each operator once', () => {
    expect(mergeReports([
      { asked: ['webgpu', 'cpu'], skipped: [], ran: ran(['webgpu', 5, ['Conv', 'Add']]) },
      { asked: ['webgpu', 'cpu'], skipped: [], ran: ran(['webgpu', 2, ['Add']], ['cpu', 1, ['If']]) },
    ])).toEqual({
      asked: ['webgpu', 'cpu'],
      nodes: [{ backend: 'webgpu', count: 7, operators: ['Add', 'Conv'] }, { backend: 'cpu', count: 1, operators: ['If'] }],
      fallback: 'WebGPU left these operators to CPU: If',
    })
  })

  it('tells of every backend that was passed over, and of what is not known', () => {
    const skipped = [{ backend: 'cuda' as const, why: 'CUDA is not installed' }]
    expect(mergeReports([
      { asked: ['cuda', 'cpu'], skipped, ran: ran(['cpu', 1, ['Add']]) },
      { asked: ['cuda', 'cpu'], skipped, ran: ran(['cpu', 1, ['Add']]) },
    ])?.fallback).toBe('CUDA is not installed')
    expect(mergeReports([{ asked: ['webgpu'], skipped: [], ran: null }])).toEqual({ asked: ['webgpu'], nodes: [], fallback: 'ONNX Runtime could not tell which backend ran which nodes' })
    expect(mergeReports([{ asked: ['cpu'], skipped: [], ran: null }])?.fallback).toBeNull()
  })
})
