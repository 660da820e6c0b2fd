import type { Command } from 'commander'
import type { CallInput } from '../../contract/calls'
import type { BackendId, RecipeId } from '../../contract/model'
import { InvalidArgumentError } from 'commander'
import { TrancheError } from '../../contract/errors'
import { backendIds, serving } from '../../contract/model'
import { durationMs, list } from './quantities'

/** How a job is to run, as typed. */
export interface RunOptions {
  readonly recipe: RecipeId
  readonly backend?: readonly BackendId[]
  readonly timeLimit?: number
  readonly batch?: number | 'max'
  readonly serve?: true
  readonly maxBatch?: number
  readonly maxDelay?: number
}

type RunInput = Pick<CallInput<'jobs.submit'>, 'backends' | 'timeLimitMs' | 'params' | 'serving'>

/** As many as the recipe runs together. */
export const maxBatchSize = 1024

export function addRunOptions(command: Command): Command {
  return command
    .option('--backend <id>', `what computes it: ${backendIds.join(', ')}; said again, or with commas, an order of them (default: the device's own)`, backends)
    .option('--time-limit <time>', 'longest time without progress before its worker is taken for hung: 30s, 5m', durationMs)
    .option('--batch <n>', 'tensor: run up to n inputs as one, or "max" for as many as fit the slice', batchSize)
    .option('--serve', 'tensor: no inputs, but answer requests until it is cancelled')
    .option('--max-batch <n>', 'with --serve: requests that run together at most (default: 16)', maxBatch)
    .option('--max-delay <ms>', 'with --serve: how long the first of a group waits for others (default: 2)', maxDelay)
}

/**
 * What was typed as what the lab is asked; fields that nothing was said about are absent.
 *
 * @throws TrancheError `invalid_input` for options that do not go together
 */
export function toRunInput({ recipe, backend, timeLimit, batch, serve, maxBatch, maxDelay, ...rest }: RunOptions & { readonly input?: readonly string[], readonly synthetic?: number }): RunInput {
  if (batch !== undefined && recipe !== 'tensor')
    throw wrong(`--batch is about the recipe tensor; ${recipe} chooses its own. Leave it away.`)
  if (serve && (recipe !== 'tensor' || rest.input || rest.synthetic !== undefined))
    throw wrong('--serve answers requests in place of inputs: it goes with the recipe tensor, and not with --input or --synthetic.')
  if (serve && batch !== undefined)
    throw wrong('--batch is about inputs. Say how many requests run together with --max-batch.')
  if (!serve && (maxBatch !== undefined || maxDelay !== undefined))
    throw wrong('--max-batch and --max-delay are about requests: they go with --serve.')
  return {
    ...backend && { backends: [...backend] },
    ...timeLimit !== undefined && { timeLimitMs: timeLimit },
    ...batch !== undefined && { params: { batch } },
    ...serve && { serving: { ...maxBatch !== undefined && { maxBatch }, ...maxDelay !== undefined && { maxDelayMs: maxDelay } } },
  }
}

/** Backends as typed, each once, in their order: `webgpu,cpu`. */
export function backends(value: string, before: readonly BackendId[] = []): BackendId[] {
  const added = list(value).map((given) => {
    const id = backendIds.find(known => known === given.toLowerCase())
    if (id === undefined)
      throw new InvalidArgumentError(`Backends are ${backendIds.join(', ')}. \`tranche backends\` shows which are here.`)
    return id
  })
  return [...new Set([...before, ...added])]
}

function batchSize(value: string): number | 'max' {
  if (value === 'max')
    return value
  const size = /^\d{1,5}$/.test(value) ? Number(value) : 0
  if (size < 1 || size > maxBatchSize)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${maxBatchSize}, or "max".`)
  return size
}

function maxBatch(value: string): number {
  const read = serving.shape.maxBatch.safeParse(Number(value || Number.NaN))
  if (!read.success)
    throw new InvalidArgumentError('It is a whole number from 1 to 1024.')
  return read.data
}

function maxDelay(value: string): number {
  const read = serving.shape.maxDelayMs.safeParse(Number(value || Number.NaN))
  if (!read.success)
    throw new InvalidArgumentError('It is a time from 0 to 1000 ms, as a number.')
  return read.data
}

function wrong(message: string): TrancheError {
  return new TrancheError('invalid_input', message)
}
