import type { RecipeId } from '../../contract/model'
import type { Recipe } from '../../recipes/recipe'
import { bindSharpToItsOwnGlib } from './sharpInElectron'

/**
 * Loads only the recipe that a job wants: each brings its own libraries into the worker. What a recipe decodes its inputs
 * into is its own affair, which is why its type is forgotten here.
 */
const loaders: Readonly<Record<RecipeId, () => Promise<Recipe>>> = {
  ocr: async () => {
    bindSharpToItsOwnGlib()
    return (await import('../../recipes/ocr')).ocr as Recipe
  },
  vad: async () => (await import('../../recipes/vad')).vad as Recipe,
  tensor: async () => (await import('../../recipes/tensor')).tensor as Recipe,
  verify: async () => (await import('../../recipes/verify')).verify as Recipe,
}

export function loadRecipe(id: RecipeId): Promise<Recipe> {
  return loaders[id]()
}
