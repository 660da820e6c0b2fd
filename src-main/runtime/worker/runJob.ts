import type { RecipeInput, RecipeRun } from '../../recipes/recipe'
import type { BatchOutcome, FromWorker, RunRequest } from '../protocol'
import type { createSessionCache } from './sessions'
import { performance } from 'node:perf_hooks'
import { systemCode, toErrorShape, TrancheError } from '../../contract/errors'
import { loadRecipe } from './recipes'
import { flushFolder, writeResult } from './results'

export interface JobTools {
  readonly sessions: ReturnType<typeof createSessionCache>
  readonly threads: number
  readonly say: (message: FromWorker) => void
  readonly isCancelled: () => boolean
}

type Decoded = { readonly ok: true, readonly value: unknown } | { readonly ok: false, readonly thrown: unknown }

/**
 * Runs a job batch by batch. Each batch's results are on disk before they are reported; while one is computed, the
 * inputs of the next are read and decoded. A cancelled job ends at a batch's end.
 */
export async function runJob(request: RunRequest, tools: JobTools): Promise<void> {
  const { jobId, epoch } = request
  const about = { jobId, epoch }
  try {
    const startedAt = performance.now()
    const recipe = await loadRecipe(request.recipe)
    const run = await recipe.open({
      files: request.files,
      threads: tools.threads,
      params: request.params,
      session: path => tools.sessions.get(path),
      log: text => tools.say({ type: 'log', ...about, text: text.slice(0, 4000) }),
    })
    tools.say({ type: 'loaded', ...about, loadMs: performance.now() - startedAt })
    await runBatches(request, run, tools)
    tools.say({ type: 'finished', ...about })
  }
  catch (thrown) {
    tools.say({ type: 'failed', ...about, error: toErrorShape(thrown) })
  }
}

async function runBatches(request: RunRequest, run: RecipeRun, tools: JobTools): Promise<void> {
  const size = request.batchSize ?? run.batchSize
  const batches = chunk(request.items, size)
  let upcoming = batches.length > 0 ? decodeAll(run, batches[0]) : []
  for (const [position, batch] of batches.entries()) {
    if (tools.isCancelled())
      return
    const decoding = upcoming
    upcoming = position + 1 < batches.length ? decodeAll(run, batches[position + 1]) : []
    const outcomes: BatchOutcome[] = []
    for (const [place, input] of batch.entries())
      outcomes.push(await runItem(request, run, input, await decoding[place]))
    await flushFolder(request.resultsDir)
    tools.say({ type: 'batch', jobId: request.jobId, epoch: request.epoch, outcomes })
  }
}

/** Starts decoding a batch. The promises never reject, as nobody waits for them yet. */
function decodeAll(run: RecipeRun, batch: readonly RecipeInput[]): Promise<Decoded>[] {
  return batch.map(input => run.read(input).then(
    value => ({ ok: true, value }),
    (thrown: unknown) => ({ ok: false, thrown }),
  ))
}

async function runItem(request: RunRequest, run: RecipeRun, { index }: RecipeInput, decoded: Decoded): Promise<BatchOutcome> {
  try {
    if (!decoded.ok)
      throw decoded.thrown
    const output = await run.compute(decoded.value)
    return { index, ok: true, withFiles: await writeResult(request.resultsDir, index, request.epoch, output) }
  }
  catch (thrown) {
    if (isTheJobsFault(thrown))
      throw thrown
    return { index, ok: false, error: toErrorShape(thrown) }
  }
}

/** A full disk or a model that does not fit would fail every input alike: that is the job's failure, not the input's. */
function isTheJobsFault(thrown: unknown): boolean {
  if (thrown instanceof TrancheError)
    return thrown.code === 'bad_model' || thrown.code === 'disk_full'
  const code = systemCode(thrown)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, position) => items.slice(position * size, (position + 1) * size))
}
