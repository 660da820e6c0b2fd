import type { RecipeId } from '@contract/model'

/** What dropped or chosen files ask for: a recipe, its inputs, and for an ONNX file the model to run. */
export interface Sorted {
  readonly recipe: RecipeId
  readonly inputs: readonly File[]
  readonly model: File | null
  /** Names of files that do not go with the recipe. */
  readonly leftOut: readonly string[]
}

const extensions: Readonly<Record<RecipeId, readonly string[]>> = {
  ocr: ['png', 'jpg', 'jpeg', 'webp', 'gif', 'tif', 'tiff', 'bmp', 'avif'],
  vad: ['wav'],
  tensor: ['npy', 'pb'],
  /** Its inputs are folders, which the command line takes. */
  verify: [],
}
const recipes = Object.keys(extensions) as RecipeId[]

/** For the `accept` of a file input that takes anything that can run. */
export const acceptedFiles = [...recipes.flatMap(recipe => extensions[recipe]), 'onnx'].map(extension => `.${extension}`).join(',')

/** For the `accept` of a file input that takes inputs of one recipe. */
export function acceptedFor(recipe: RecipeId): string {
  return extensions[recipe].map(extension => `.${extension}`).join(',')
}

/**
 * Picks the recipe by the extensions: an ONNX file makes it a tensor job with that model; otherwise the recipe
 * that most of the files fit. Null if none of them fits any recipe.
 */
export function sortFiles(files: readonly File[]): Sorted | null {
  const model = files.find(file => extensionOf(file) === 'onnx') ?? null
  const recipe = model ? 'tensor' : mostAsked(files)
  if (!recipe)
    return null
  const inputs = files.filter(file => recipeOf(file) === recipe)
  const leftOut = files.filter(file => file !== model && !inputs.includes(file)).map(file => file.name)
  return { recipe, inputs, model, leftOut }
}

function mostAsked(files: readonly File[]): RecipeId | null {
  const counts = new Map<RecipeId, number>()
  for (const file of files) {
    const recipe = recipeOf(file)
    if (recipe)
      counts.set(recipe, (counts.get(recipe) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}

function recipeOf(file: File): RecipeId | undefined {
  return recipes.find(recipe => extensions[recipe].includes(extensionOf(file)))
}

function extensionOf(file: File): string {
  return /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? ''
}
