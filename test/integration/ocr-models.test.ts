import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { expect, it } from 'vitest'
import { ocr } from '../../src-main/recipes/ocr'
import { modelFiles } from '../helpers/models'
import { tempDir } from '../helpers/tempDir'

function open(files: Readonly<Record<string, string>>) {
  return ocr.open({
    files,
    params: {},
    threads: 1,
    memoryMiB: 16_384,
    session: path => InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 }),
    log: () => {},
  })
}

it('a model in the place of another is refused, and the message says what it takes and gives', async () => {
  const files = await modelFiles('ppocr-v4')
  for (const [role, wrong] of [['detector', 'classifier'], ['detector', 'recogniser'], ['recogniser', 'detector'], ['classifier', 'recogniser'], ['classifier', 'detector']] as const) {
    await expect(open({ ...files, [role]: files[wrong] }), `${wrong} as ${role}`).rejects.toMatchObject({
      code: 'bad_model',
      message: expect.stringMatching(new RegExp(`cannot serve as the ${role} of text recognition: it takes float32 .* and gives float32 `)),
    })
  }
})

it('a dictionary that does not belong to the recogniser is refused', async () => {
  const files = await modelFiles('ppocr-v4')
  const dictionary = join(tempDir(), 'keys.txt')
  writeFileSync(dictionary, 'a\nb\nc\n')
  await expect(open({ ...files, dictionary })).rejects.toMatchObject({ code: 'bad_model', message: expect.stringContaining('holds 3 characters, but the recogniser knows 6623') })
  await expect(open({ ...files, dictionary: `${dictionary}.gone` })).rejects.toMatchObject({ code: 'bad_model', message: expect.stringContaining('cannot be read') })
})
