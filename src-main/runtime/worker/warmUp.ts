import type { RecipeRun } from '../../recipes/recipe'
import type { RunRequest } from '../protocol'

/** Steps of an input that takes long, after which the model is taken for warm. */
const warmSteps = 4

/**
 * Runs one of the job's inputs and drops its result, so that buffers and kernels are there when the job arrives. An input
 * that can be left in its middle is left soon. What fails here fails again where it counts.
 */
export async function warmUp({ items }: Pick<RunRequest, 'items'>, run: RecipeRun): Promise<void> {
  let steps = 0
  const input = items.at(-1)
  if (!input)
    return
  try {
    await run.compute(await run.read(input), { carry: null, shouldPause: () => ++steps > warmSteps, progress: () => {} })
  }
  catch {
    // The input is told from when its turn comes.
  }
}
