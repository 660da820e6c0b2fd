import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { askNvidiaSmi, parseQuery } from '../../src-main/inventory/nvidiaSmi'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { wireLab } from '../helpers/fakeLab'
import { tempDir } from '../helpers/tempDir'

/** A stand-in for the driver's tool that does what `script` says. */
function stub(script: string): string {
  const path = join(tempDir(), 'nvidia-smi')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

describe.skipIf(process.platform === 'win32')('nvidia-smi', () => {
  it('tells the GPUs of the host', async () => {
    const command = stub('echo "GPU-6b1e8d0e-11d5-4a2b-9d4c-000000000001, NVIDIA H100 80GB HBM3, 81559"; echo "GPU-6b1e8d0e-11d5-4a2b-9d4c-000000000002, NVIDIA L4, 23034"')
    expect(await askNvidiaSmi(command)).toEqual({
      found: true,
      gpus: [
        { uuid: 'GPU-6b1e8d0e-11d5-4a2b-9d4c-000000000001', name: 'NVIDIA H100 80GB HBM3', memoryMiB: 81559 },
        { uuid: 'GPU-6b1e8d0e-11d5-4a2b-9d4c-000000000002', name: 'NVIDIA L4', memoryMiB: 23034 },
      ],
    })
  })

  it('that is missing, fails or hangs is an answer and not an error', async () => {
    expect(await askNvidiaSmi(join(tempDir(), 'absent'))).toEqual({ found: false, detail: 'nvidia-smi is not installed' })
    expect(await askNvidiaSmi(stub('echo "NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver."; exit 9'))).toMatchObject({ found: false, detail: expect.stringContaining('could not communicate') })
    expect(await askNvidiaSmi(stub('exec sleep 60'), 200)).toEqual({ found: false, detail: 'nvidia-smi did not answer within 200 ms' })
  })

  it('may print lines of another shape: they are left out', () => {
    expect(parseQuery('No devices were found\n')).toEqual([])
    expect(parseQuery('GPU-1, NVIDIA L4, [N/A]\nGPU-2, NVIDIA L4, 23034, extra\n')).toEqual([])
  })
})

it('keeps a GPU that is gone in the list, says so, and knows it again by its UUID', () => {
  const lab = wireLab(prepareStateDir(tempDir()))
  const gpu = { uuid: 'GPU-1', index: 0, model: 'NVIDIA L4', name: 'NVIDIA L4', memoryMiB: 23034, shown: null }
  const find = () => lab.devices.list().find(({ kind }) => kind === 'gpu')
  lab.devices.syncHardware([gpu])
  const first = find()
  expect(first).toMatchObject({ mode: 'passthrough', slices: [{ profile: 'passthrough', memoryMiB: 23034 }], unusable: expect.stringContaining('CUDA') })
  lab.devices.syncHardware([])
  expect(find()).toMatchObject({ id: first?.id, unusable: 'the device was not found at the last start' })
  lab.devices.syncHardware([gpu])
  expect(find()).toEqual(first)
  lab.store.close()
})
