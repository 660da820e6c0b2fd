import type { RecipeRun } from '../../recipes/recipe'
import type { RunRequest } from '../protocol'
import type { Beginning } from './jobControl'
import type { JobTools } from './jobTools'
import { performance } from 'node:perf_hooks'
import { toErrorShape } from '../../contract/errors'
import { monotonicMs } from '../monotonicMs'
import { runBatches } from './batches'
import { loadRecipe } from './recipes'
import { warmUp } from './warmUp'

/**
 * Runs a job batch by batch. Each batch's results are on disk before they are reported; while one is computed, the
 * inputs of the next are read and decoded. A job that is held loads and warms up, and begins when the lab says so. One that
 * is cancelled or moved away ends between two inputs, or within one that can be left in its middle.
 */
export async function runJob(request: RunRequest, tools: JobTools): Promise<void> {
  const { jobId, epoch } = request
  const about = { jobId, epoch }
  const { say, control } = tools
  try {
    const startedAt = performance.now()
    const run = await openRecipe(request, tools)
    const beginning = request.hold ? await waitForTurn(request, run, tools) : { from: 0, carry: request.carry }
    if (beginning === null)
      return say({ type: 'finished', ...about })
    say({ type: 'loaded', ...about, loadMs: performance.now() - startedAt })
    const left = await runBatches(request, run, beginning, { ...tools, onBegin: () => request.hold && say({ type: 'began', ...about, atMs: monotonicMs() }) })
    if (left && control.isYielding() && !control.isCancelled())
      say({ type: 'yielded', ...about, ...left })
    else
      say({ type: 'finished', ...about })
  }
  catch (thrown) {
    say({ type: 'failed', ...about, error: toErrorShape(thrown) })
  }
}

/** Opens a job's recipe: its models are loaded, or there still. */
export async function openRecipe(request: RunRequest, { sessions, threads, say }: JobTools): Promise<RecipeRun> {
  const { jobId, epoch, backends, memoryMiB, optimisedDir } = request
  const recipe = await loadRecipe(request.recipe)
  const wish = { backends, memoryMiB, optimisedDir }
  return recipe.open({
    files: request.files,
    threads,
    memoryMiB,
    params: request.params,
    session: path => sessions.get(path, wish),
    transient: path => sessions.transient(path, wish),
    log: text => say({ type: 'log', jobId, epoch, text: text.slice(0, 4000) }),
  })
}

/** Warms the model up on an input whose result nobody takes, then waits for the worker that still has the job. */
async function waitForTurn(request: RunRequest, run: RecipeRun, { say, control }: JobTools): Promise<Beginning | null> {
  const startedAt = performance.now()
  await warmUp(request, run)
  if (!control.isCancelled())
    say({ type: 'prepared', jobId: request.jobId, epoch: request.epoch, warmMs: performance.now() - startedAt })
  return control.begun
}
