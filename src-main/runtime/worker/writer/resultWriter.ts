import type { WriteAnswer, WriteRequest } from './messages'
import { Worker } from 'node:worker_threads'
import { TrancheError } from '../../../contract/errors'

export interface ResultWriter {
  /** Resolves once all results of a batch are on disk, with whether each has files. Rejects with the failure of the disk. */
  readonly write: (batch: Omit<WriteRequest, 'id'>) => Promise<readonly boolean[]>
}

/**
 * Makes results durable on a thread of its own: ONNX Runtime holds the main thread while a model computes, and disks take
 * their time, so the next batch is computed while the last one is written. `entry` is the path of the built `entry.ts`.
 */
export function createResultWriter(entry: string): ResultWriter {
  const thread = new Worker(entry)
  thread.unref()
  const waiting = new Map<number, { readonly resolve: (withFiles: readonly boolean[]) => void, readonly reject: (error: Error) => void }>()
  let last = 0
  thread.on('message', (answer: WriteAnswer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0)
      thread.unref()
    if (answer.ok)
      asked?.resolve(answer.withFiles)
    else
      asked?.reject(TrancheError.fromShape(answer.error))
  })
  // Without it nothing can be kept any more: the process ends, and the job goes on in another.
  thread.on('error', (thrown) => {
    throw thrown
  })
  return {
    write: batch => new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, { resolve, reject })
      thread.ref()
      thread.postMessage({ ...batch, id } satisfies WriteRequest)
    }),
  }
}
