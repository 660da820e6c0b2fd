import type { VadResult } from '../../src-main/recipes/vad'
import { Buffer } from 'node:buffer'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { vad } from '../../src-main/recipes/vad'
import { modelFiles } from '../helpers/models'
import { identityModel } from '../helpers/onnx'
import { runRecipe } from '../helpers/runRecipe'
import { tempDir } from '../helpers/tempDir'

const sample = join(import.meta.dirname, '../../resources/samples/speech.wav')
const headerBytes = 44

interface Truth { readonly segments: readonly { readonly startMs: number, readonly endMs: number }[] }
const truth = JSON.parse(readFileSync(sample.replace('.wav', '.json'), 'utf8')) as Truth

async function speechIn(path: string, params: Record<string, unknown> = {}): Promise<VadResult> {
  const [output] = await runRecipe(vad, { files: await modelFiles('silero-vad-v5'), params }, [path])
  return output?.result as VadResult
}

/** The sample with its sound changed, behind a header that fits. */
function changed(change: (sound: Buffer) => Buffer): string {
  const bytes = readFileSync(sample)
  const sound = change(Buffer.from(bytes.subarray(headerBytes)))
  const header = Buffer.from(bytes.subarray(0, headerBytes))
  header.writeUInt32LE(headerBytes - 8 + sound.length, 4)
  header.writeUInt32LE(sound.length, 40)
  const path = join(tempDir(), 'talk.wav')
  writeFileSync(path, Buffer.concat([header, sound]))
  return path
}

describe('the vad recipe', () => {
  it('finds the speech of the sample within 100 ms', async () => {
    const { segments, durationMs } = await speechIn(sample)
    expect(durationMs).toBe(Math.round((readFileSync(sample).length - headerBytes) / 32))
    expect(segments).toHaveLength(truth.segments.length)
    for (const [index, { startMs, endMs }] of truth.segments.entries()) {
      expect(Math.abs((segments[index]?.startMs ?? Number.NaN) - startMs)).toBeLessThanOrEqual(100)
      expect(Math.abs((segments[index]?.endMs ?? Number.NaN) - endMs)).toBeLessThanOrEqual(100)
    }
  })

  it('finds none in silence, nor in a recording shorter than a window', async () => {
    expect(await speechIn(changed(sound => sound.fill(0)))).toEqual({ segments: [], durationMs: 9380 })
    expect(await speechIn(changed(sound => sound.subarray(0, 32)))).toEqual({ segments: [], durationMs: 1 })
  })

  it('hears the same across the blocks that it reads', async () => {
    // 1.7 s of silence in front moves every segment by whole windows, and other windows to the ends of blocks.
    const windows = 53
    const { segments } = await speechIn(changed(sound => Buffer.concat([Buffer.alloc(windows * 1024), sound])))
    const before = await speechIn(sample)
    expect(segments.map(({ startMs, endMs }) => [startMs - windows * 32, endMs - windows * 32])).toEqual(before.segments.map(({ startMs, endMs }) => [startMs, endMs]))
  })

  it('starts each recording afresh', async () => {
    const context = { files: await modelFiles('silero-vad-v5') }
    const [first, second] = await runRecipe(vad, context, [sample, sample])
    expect(second).toEqual(first)
  })

  it('hears a long recording to its end', async () => {
    const copies = 20
    const path = changed(sound => Buffer.concat(Array.from({ length: copies }, () => sound)))
    const { segments, durationMs } = await speechIn(path)
    expect(durationMs).toBe(copies * 9380)
    // Each copy starts elsewhere within a window, which may split a pause more or less.
    expect(segments.length).toBeGreaterThanOrEqual(copies * truth.segments.length)
    expect(segments.at(-1)?.endMs).toBeGreaterThan((copies - 1) * 9380 + 8000)
    for (const [index, { startMs, endMs }] of segments.entries())
      expect([segments[index - 1]?.endMs ?? 0, startMs, endMs]).toEqual([segments[index - 1]?.endMs ?? 0, startMs, endMs].sort((a, b) => a - b))
  })

  it('refuses a model that is not Silero, and a job without a recording', async () => {
    const path = join(tempDir(), 'other.onnx')
    writeFileSync(path, identityModel())
    await expect(runRecipe(vad, { files: { model: path } }, [])).rejects.toMatchObject({ code: 'bad_model', message: expect.stringContaining('needs Silero VAD v5') as string })
    await expect(runRecipe(vad, { files: {} }, [])).rejects.toMatchObject({ code: 'bad_model', message: expect.stringContaining('role "model"') as string })
    await expect(runRecipe(vad, { files: await modelFiles('silero-vad-v5') }, [null])).rejects.toMatchObject({ code: 'unreadable_input' })
  })
})
