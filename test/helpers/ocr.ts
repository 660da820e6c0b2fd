import type { OcrResult } from '../../src-main/recipes/ocr/readText'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { ocr } from '../../src-main/recipes/ocr'
import { modelFiles } from './models'
import { undisturbed } from './runRecipe'
import { repoRoot } from './serve'

export const samples = join(repoRoot, 'resources', 'samples')
export const documents = join(repoRoot, 'test', 'fixtures', 'documents')

/** Opens the recipe with the real models once; the function it gives reads one picture. */
export async function openOcr(): Promise<(path: string) => Promise<OcrResult>> {
  const run = await ocr.open({
    files: await modelFiles('ppocr-v4'),
    params: {},
    threads: 2,
    memoryMiB: 16_384,
    session: path => InferenceSession.create(path, { intraOpNumThreads: 2, interOpNumThreads: 1, logSeverityLevel: 3 }),
    log: () => {},
  })
  return async (path) => {
    const output = await run.compute(await run.read({ path, index: 0 }), undisturbed)
    if ('paused' in output)
      throw new Error('the recipe left a picture though nobody asked it to')
    return output.result as OcrResult
  }
}

/** The true text that lies beside a rendered picture. */
export function truthOf(picture: string): string {
  return readFileSync(picture.replace(/\.png$/, '.txt'), 'utf8')
}

export function textOf({ lines }: OcrResult): string {
  return lines.map(line => line.text).join('\n')
}
