import type { Control, Recipe, RecipeContext, RecipeOutput } from '../../src-main/recipes/recipe'
import { InferenceSession } from 'onnxruntime-node'

/** Nobody asks anything of the recipe. */
export const undisturbed: Control = { carry: null, shouldPause: () => false, progress: () => {} }

/** Runs a recipe in this process as a worker would, on one input at a time: open, then read and compute each. */
export async function runRecipe<Decoded>(
  recipe: Recipe<Decoded>,
  context: { readonly files: RecipeContext['files'], readonly params?: RecipeContext['params'] },
  paths: readonly (string | null)[],
): Promise<readonly RecipeOutput[]> {
  const run = await recipe.open({
    files: context.files,
    params: context.params ?? {},
    threads: 1,
    memoryMiB: 16_384,
    session: path => InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 }),
    log: () => {},
  })
  const outputs: RecipeOutput[] = []
  for (const [index, path] of paths.entries()) {
    const output = await run.compute(await run.read({ path, index }), undisturbed)
    if ('paused' in output)
      throw new Error('the recipe left an input though nobody asked it to')
    outputs.push(output)
  }
  return outputs
}
