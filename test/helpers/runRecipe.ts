import type { Recipe, RecipeContext, RecipeOutput } from '../../src-main/recipes/recipe'
import { InferenceSession } from 'onnxruntime-node'

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
    session: path => InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 }),
    log: () => {},
  })
  const outputs: RecipeOutput[] = []
  for (const [index, path] of paths.entries())
    outputs.push(await run.compute(await run.read({ path, index })))
  return outputs
}
