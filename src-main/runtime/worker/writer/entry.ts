import type { WriteAnswer, WriteRequest } from './messages'
import { parentPort } from 'node:worker_threads'
import { toErrorShape } from '../../../contract/errors'
import { flushFolder, writeResult } from './results'

/** Writes batches one after the other, the results of each at the same time: the disk flushes them together. */
let last: Promise<void> = Promise.resolve()
parentPort?.on('message', (request: WriteRequest) => void (last = last.then(async () => parentPort?.postMessage(await write(request)))))

async function write({ id, resultsDir, epoch, results }: WriteRequest): Promise<WriteAnswer> {
  try {
    const withFiles = await Promise.all(results.map(({ index, output }) => writeResult(resultsDir, index, epoch, output)))
    await flushFolder(resultsDir)
    return { id, ok: true, withFiles }
  }
  catch (thrown) {
    return { id, ok: false, error: toErrorShape(thrown) }
  }
}
