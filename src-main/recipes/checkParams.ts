import type { RecipeId } from '../contract/model'
import { TrancheError } from '../contract/errors'
import { parseTensorParams } from './tensor/params'
import { parseVadParams } from './vad/params'
import { parseVerifyParams } from './verify/params'

/** Checks a recipe's settings without loading the recipe. Throws `invalid_input` with what is wrong. */
export function checkParams(recipe: RecipeId, params: Readonly<Record<string, unknown>>): void {
  switch (recipe) {
    case 'vad':
      parseVadParams(params)
      break
    case 'tensor':
      parseTensorParams(params)
      break
    case 'verify':
      parseVerifyParams(params)
      break
    case 'ocr':
      if (Object.keys(params).length > 0)
        throw new TrancheError('invalid_input', `The recipe ocr has no settings; ${Object.keys(params).join(', ')} is not known.`)
  }
}
