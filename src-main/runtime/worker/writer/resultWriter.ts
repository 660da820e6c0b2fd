import type { EncodedRecord } from '../../results/record'
import type { WriteAnswer, WriteRequest } from './messages'
import { Buffer } from 'node:buffer'
import { Worker } from 'node:worker_threads'
import { TrancheError } from '../../../contract/errors'

/** Results that are written together. */
export interface ResultGroup {
  readonly resultsDir: string
  readonly epoch: number
  readonly records: readonly EncodedRecord[]
}

export interface ResultWriter {
  /** Resolves once all records of a group are on disk, with where the first begins. Rejects with the failure of the disk; none counts then. */
  readonly write: (group: ResultGroup) => Promise<number>
}

/**
 * Makes results durable on a thread of its own: ONNX Runtime holds the main thread while a model computes, and disks take
 * their time, so the next inputs are computed while the last results are written. `entry` is the path of the built `entry.ts`.
 */
export function createResultWriter(entry: string): ResultWriter {
  const thread = new Worker(entry)
  thread.unref()
  const waiting = new Map<number, { readonly resolve: (at: number) => void, readonly reject: (error: Error) => void }>()
  let last = 0
  thread.on('message', (answer: WriteAnswer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0)
      thread.unref()
    if (answer.ok)
      asked?.resolve(answer.at)
    else
      asked?.reject(TrancheError.fromShape(answer.error))
  })
  // Without it nothing can be kept any more: the process ends, and the job goes on in another.
  thread.on('error', (thrown) => {
    throw thrown
  })
  return {
    write: ({ resultsDir, epoch, records }) => new Promise((resolve, reject) => {
      const id = ++last
      const joined = join(records)
      waiting.set(id, { resolve, reject })
      thread.ref()
      thread.postMessage({ id, resultsDir, epoch, records: joined } satisfies WriteRequest, [joined.buffer])
    }),
  }
}

/** In memory of its own, which can be given to the thread without a copy. */
function join(records: readonly EncodedRecord[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(Buffer.allocUnsafeSlow(records.reduce((sum, { bytes }) => sum + bytes, 0)).buffer)
  let at = 0
  for (const piece of records.flatMap(({ pieces }) => pieces)) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
