import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { setUpExtras } from '../../resources/setup/extras.mjs'
import { cudaStep } from '../../resources/setup/steps/cuda.mjs'
import { tempDir } from '../helpers/tempDir'

const files = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_tensorrt.so']
const progress = { update: () => {}, done: () => {}, failed: () => {} } as unknown as Parameters<ReturnType<typeof cudaStep>['run']>[0]

/** The folder of an onnxruntime-node, and a step whose fetching does as told. */
function cuda(fetch: (folder: string) => { code: number, output: string }, host = 'linux-x64') {
  const home = tempDir()
  const folder = join(home, 'bin', 'napi-v6', 'linux', 'x64')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"version":"1.2.3"}')
  const asked: (readonly string[])[] = []
  const step = cudaStep({ home, host, run: async (_, args) => {
    asked.push(args)
    return fetch(folder)
  } })
  return { step, folder, asked, home }
}

const write = (folder: string, names: readonly string[]) => names.forEach(name => writeFileSync(join(folder, name), name))

describe('fetching the CUDA libraries', () => {
  it('runs the package\'s own script and is not needed again', async () => {
    const { step, asked, home } = cuda((folder) => {
      write(folder, files)
      return { code: 0, output: '' }
    })
    expect(await step.needed()).toBe(true)
    await step.run(progress)
    expect(asked).toEqual([[join(home, 'script', 'install.js'), '--onnxruntime-node-install=cuda12']])
    expect(await step.needed()).toBe(false)
  })

  it('without a network says what to fetch elsewhere and where to put it', async () => {
    const { step, folder } = cuda(() => ({ code: 1, output: 'node:internal\n    throw\n\nError: getaddrinfo ENOTFOUND feed\n    at x (y:1:2)' }))
    await expect(step.run(progress)).rejects.toMatchObject({
      message: 'the CUDA libraries could not be fetched',
      output: 'Error: getaddrinfo ENOTFOUND feed',
      next: expect.stringContaining(`Microsoft.ML.OnnxRuntime.Gpu.Linux 1.2.3`),
    })
    await expect(step.run(progress)).rejects.toMatchObject({ next: expect.stringContaining(folder) })
    expect(await step.needed()).toBe(true)
  })

  it('that fails in its middle leaves nothing half-written, and what was there before', async () => {
    const { step, folder } = cuda((folder) => {
      write(folder, [files[1]])
      return { code: 1, output: 'Error: the connection was lost' }
    })
    write(folder, [files[0]])
    await expect(step.run(progress)).rejects.toThrow()
    expect(files.map(file => existsSync(join(folder, file)))).toEqual([true, false, false])
    expect(readFileSync(join(folder, files[0]), 'utf8')).toBe(files[0])
  })

  it('that was killed is done again although all names are there', async () => {
    const { step, folder } = cuda(() => {
      throw new Error('killed')
    })
    await expect(step.run(progress)).rejects.toThrow('killed')
    write(folder, files)
    expect(await step.needed()).toBe(true)
  })

  it('is refused on a system that has none', async () => {
    const { step, asked } = cuda(() => ({ code: 0, output: '' }), 'darwin-arm64')
    await expect(step.run(progress)).rejects.toMatchObject({ message: expect.stringContaining('darwin-arm64'), next: expect.stringContaining('webgpu') })
    expect(asked).toEqual([])
  })

  it('is asked for by a name that exists', async () => {
    await expect(setUpExtras(['rocm'])).rejects.toMatchObject({ next: 'npm run -s tranche -- setup cuda' })
    await expect(setUpExtras([])).rejects.toThrow('nothing to set up was named')
  })
})
