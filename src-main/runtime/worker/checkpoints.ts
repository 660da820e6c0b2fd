import type { RecipeOutput } from '../../recipes/recipe'
import type { BatchOutcome, RunRequest } from '../protocol'
import type { EncodedRecord } from '../results/record'
import type { JobTools } from './jobTools'
import { systemCode, toErrorShape, TrancheError } from '../../contract/errors'
import { monotonicMs } from '../monotonicMs'
import { encodeRecord } from '../results/record'

/** What an input came to. */
export type Finished = RecipeOutput | { readonly failed: unknown }

/**
 * Results that come within this long of the last checkpoint wait for the next: a flush of the disk and a commit cost more
 * than a small model takes for many inputs. It is also what a crash can cost.
 */
const paceMs = 100
/** Results that wait are written at once when they are so large, or so many. */
const groupBytes = 8 * 2 ** 20
const groupCount = 4000
/** With more than this unwritten, the next inputs wait for the disk. */
const mostUnwrittenBytes = 32 * 2 ** 20

type Ended = { readonly index: number, readonly record: EncodedRecord } | { readonly index: number, readonly failed: unknown }

export type Checkpoints = ReturnType<typeof createCheckpoints>

/**
 * Makes results durable in groups, then reports them: whatever is reported is on disk. The first result is written at once,
 * and so is any that comes later than `paceMs` after the last; others go together.
 */
export function createCheckpoints({ jobId, epoch, resultsDir }: Pick<RunRequest, 'jobId' | 'epoch' | 'resultsDir'>, { writer, say }: Pick<JobTools, 'writer' | 'say'>) {
  let waiting: Ended[] = []
  let waitingBytes = 0
  let writing: Promise<void> | null = null
  let lastAtMs = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  /** Why the job cannot go on. */
  let failure: { readonly thrown: unknown } | null = null

  function isDue(): boolean {
    return waiting.length >= groupCount || waitingBytes >= groupBytes || (waiting.length > 0 && monotonicMs() - lastAtMs >= paceMs)
  }

  function start(): void {
    if (writing !== null || waiting.length === 0)
      return
    clearTimeout(timer)
    timer = undefined
    const group = waiting
    waiting = []
    waitingBytes = 0
    lastAtMs = monotonicMs()
    writing = commit(group)
      .catch((thrown: unknown) => void (failure ??= { thrown }))
      .finally(() => {
        writing = null
        startIfDue()
      })
  }

  function startIfDue(): void {
    if (failure === null && isDue())
      start()
    else if (failure === null && waiting.length > 0 && writing === null)
      timer ??= setTimeout(start, paceMs)
  }

  async function commit(group: readonly Ended[]): Promise<void> {
    const records = group.flatMap(one => 'record' in one ? [one.record] : [])
    let at = records.length > 0 ? await writer.write({ resultsDir, epoch, records }) : 0
    const outcomes = group.map((one): BatchOutcome => {
      if ('failed' in one)
        return { index: one.index, ok: false, error: toErrorShape(one.failed) }
      const { bytes, withFiles } = one.record
      at += bytes
      return { index: one.index, ok: true, at: at - bytes, bytes, withFiles }
    })
    say({ type: 'batch', jobId, epoch, outcomes })
  }

  function end(index: number, one: Finished): Ended {
    try {
      return 'failed' in one ? { index, failed: one.failed } : { index, record: encodeRecord(index, one) }
    }
    catch (failed) {
      return { index, failed }
    }
  }

  /** Writes all that waits. Throws what stops the job, after what was made before it is kept. */
  async function flush(): Promise<void> {
    for (start(); writing !== null; start())
      await writing
    if (failure)
      throw failure.thrown
  }

  async function room(): Promise<void> {
    if (failure)
      return flush()
    if (writing === null || waitingBytes < mostUnwrittenBytes)
      return
    await writing
    return room()
  }

  return {
    /** Takes what an input came to. */
    add(index: number, one: Finished): void {
      if ('failed' in one && isTheJobsFault(one.failed)) {
        failure ??= { thrown: one.failed }
        return
      }
      const ended = end(index, one)
      waiting.push(ended)
      waitingBytes += 'record' in ended ? ended.record.bytes : 0
      startIfDue()
    },
    flush,
    /** Waits for the disk where it is far behind. Throws as `flush` does. */
    room,
  }
}

/** A full disk or a model that does not fit would fail every input alike: that is the job's failure, not the input's. */
function isTheJobsFault(thrown: unknown): boolean {
  if (thrown instanceof TrancheError)
    return thrown.code === 'bad_model' || thrown.code === 'disk_full'
  const code = systemCode(thrown)
  return code === 'ENOSPC' || code === 'EDQUOT'
}
