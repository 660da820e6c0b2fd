import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fileResponse } from '../../../src-main/shell/fileResponse'
import { tempDir } from '../../helpers/tempDir'

const big = Buffer.alloc(1_000_003, Uint8Array.from({ length: 251 }, (_, index) => index))

function serve(file: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return fileResponse(new Request('https://lab.example/x', { headers, method }), file, { 'Content-Type': 'audio/wav' })
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer())
}

it('serves a file larger than its chunks whole', async () => {
  const file = join(tempDir(), 'sound.wav')
  writeFileSync(file, big)
  const response = await serve(file)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-length')).toBe('1000003')
  expect(response.headers.get('accept-ranges')).toBe('bytes')
  expect(big.equals(await bytesOf(response))).toBe(true)
})

it('serves the part that a player asks for', async () => {
  const file = join(tempDir(), 'sound.wav')
  writeFileSync(file, big)
  const response = await serve(file, { range: 'bytes=300000-700000' })
  expect(response.status).toBe(206)
  expect(response.headers.get('content-range')).toBe('bytes 300000-700000/1000003')
  expect(big.subarray(300_000, 700_001).equals(await bytesOf(response))).toBe(true)
  expect((await serve(file, { range: 'bytes=2000000-' })).status).toBe(416)
})

it('lets a reader leave in the middle', async () => {
  const file = join(tempDir(), 'sound.wav')
  writeFileSync(file, big)
  const response = await serve(file)
  const reader = response.body?.getReader()
  await reader?.read()
  await reader?.cancel()
})

it('answers HEAD and empty files without a body', async () => {
  const folder = tempDir()
  writeFileSync(join(folder, 'sound.wav'), big)
  writeFileSync(join(folder, 'empty.wav'), '')
  const head = await serve(join(folder, 'sound.wav'), {}, 'HEAD')
  expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, '1000003', null])
  const empty = await serve(join(folder, 'empty.wav'))
  expect([empty.status, empty.headers.get('content-length'), empty.body]).toEqual([200, '0', null])
})

it.skipIf(process.platform === 'win32')('has no folders, pipes or missing files', async () => {
  const folder = tempDir()
  execFileSync('mkfifo', [join(folder, 'pipe.wav')])
  for (const file of [folder, join(folder, 'pipe.wav'), join(folder, 'gone.wav')])
    expect((await serve(file)).status).toBe(404)
})
