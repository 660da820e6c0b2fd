import type { WriteAnswer, WriteRequest } from './messages'
import type { Pack } from './pack'
import { parentPort } from 'node:worker_threads'
import { toErrorShape } from '../../../contract/errors'
import { createPack } from './pack'

/** Writes what it is sent, in its order, into the pack of the lease that it was made under. */
let open: Pack | null = null
parentPort?.on('message', (request: WriteRequest) => parentPort?.postMessage(write(request)))

function write({ id, resultsDir, epoch, records }: WriteRequest): WriteAnswer {
  try {
    if (open?.resultsDir !== resultsDir || open.epoch !== epoch) {
      open?.close()
      open = null
      open = createPack(resultsDir, epoch)
    }
    return { id, ok: true, at: open.append(records) }
  }
  catch (thrown) {
    return { id, ok: false, error: toErrorShape(thrown) }
  }
}
