import type { Estimator } from '../onnx/memory/estimate'
import type { ModelInput } from './modelInputs'
import type { Feeds, ModelRun } from './runtimeTensor'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { largestBatch } from '../onnx/memory/largestBatch'
import { dtypes } from './dtypes'
import { findLargest } from './largest'
import { mostTogether } from './params'
import { rowsOf, stack, stackKey } from './stack'

/** A run that takes longer than this is the last one tried. */
const longestMs = 5000
/** What is left free for the rest of the process, and for what no forecast tells. */
const usable = 0.9
/** Decoded inputs may take this part of the slice: those of this batch, those of the next, and the stack. */
const heldPart = 1 / 4
const copiesHeld = 3
const mebibyte = 2 ** 20

const reasons = {
  memory: 'more would not fit into the slice',
  most: 'more would not fit into the slice by its estimate, or gain nothing',
  time: 'a larger one would take long to compute and gain nothing',
  failed: 'the model failed on a larger one',
} as const

export interface FittingDeps {
  readonly inputs: readonly ModelInput[]
  readonly run: (feeds: Feeds) => Promise<ModelRun>
  readonly estimate: Estimator
  readonly memoryMiB: number
  readonly log: (message: string) => void
}

/**
 * Answers how many inputs like the given one can run together in the slice's memory. It is found once for each shape: the
 * graph's estimate gives an upper bound, and trial runs of copies of the input confirm it (`findLargest`), read off this process's
 * peak. All of the process counts, so it errs on the side of what a worker takes without a model; and a slice that promises
 * more than the host has free gets half of that.
 */
export function createFitting({ inputs, run, estimate, memoryMiB, log }: FittingDeps) {
  const found = new Map<string, Promise<number>>()

  async function find(example: Feeds): Promise<number> {
    const rows = rowsOf(example) ?? 1
    const dims = dimsOf(inputs, example)
    const estimateMiB = (batch: number) => estimate({ batch: batch * rows, dims }).totalMiB
    const held = Math.floor(memoryMiB * mebibyte * heldPart / copiesHeld / Math.max(1, bytesOf(example)))
    const { batch, why } = await findLargest({
      most: Math.max(1, Math.min(largestBatch(estimateMiB, memoryMiB, mostTogether), held)),
      limitMiB: usable * Math.min(memoryMiB, peakMiB() + process.availableMemory() / mebibyte / 2),
      runAt: async copies => void await run(stack(Array.from({ length: copies }, () => example))),
      peakMiB,
      estimateMiB,
      nowMs: () => performance.now(),
      longestMs,
    })
    log(`The largest batch is ${Math.max(1, batch)}: ${reasons[why]}.`)
    return Math.max(1, batch)
  }

  return (example: Feeds): Promise<number> => {
    const key = `${rowsOf(example)} ${stackKey(example)}`
    const known = found.get(key) ?? find(example)
    found.set(key, known)
    return known
  }
}

/** The most memory that this process has held at any time. */
function peakMiB(): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    if (kibibytes !== undefined)
      return Number(kibibytes) / 1024
  }
  catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS / 1024
}

/** Sizes of the named dimensions, but the first ones, as an input has them. */
function dimsOf(inputs: readonly ModelInput[], feeds: Feeds): Record<string, number> {
  const dims = Object.create(null) as Record<string, number>
  for (const { name, shape } of inputs) {
    for (const [axis, dim] of (shape ?? []).entries()) {
      const size = feeds.get(name)?.shape[axis]
      if (axis > 0 && typeof dim === 'string' && size !== undefined)
        dims[dim] = size
    }
  }
  return dims
}

function bytesOf(feeds: Feeds): number {
  return [...feeds.values()].reduce((sum, { dtype, data }) => sum + data.length * Math.max(1, dtypes[dtype].bytes), 0)
}
