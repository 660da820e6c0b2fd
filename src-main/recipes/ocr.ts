import type { DecodedPicture } from './ocr/readPicture'
import type { Recipe, RecipeContext, RecipeInput, RecipeOutput } from './recipe'
import sharp from 'sharp'
import { TrancheError } from '../contract/errors'
import { openModels } from './ocr/open'
import { readPicture } from './ocr/readPicture'
import { readText } from './ocr/readText'
import { Scratch } from './ocr/scratch'

/** Pictures per checkpoint: about a second of work on two cores. */
const batchSize = 4

/**
 * Reads the printed text of pictures with the models of PP-OCRv4: find the lines, straighten them, turn them
 * upright, read them.
 *
 * Needs the roles `detector`, `recogniser`, `classifier` and `dictionary`. The result of a picture is an `OcrResult`.
 */
export const ocr: Recipe<DecodedPicture> = {
  async open(context: RecipeContext) {
    sharp.concurrency(context.threads)
    sharp.cache(false)
    const models = await openModels(context)
    const scratch = new Scratch()
    return {
      batchSize,
      read: async ({ path, index }: RecipeInput) => {
        if (path === null)
          throw new TrancheError('unreadable_input', `Input ${index + 1} has no file. Text recognition reads pictures from files.`)
        return readPicture(path)
      },
      compute: async (decoded: DecodedPicture): Promise<RecipeOutput> => ({ result: await readText(models, decoded, scratch) }),
    }
  },
}
