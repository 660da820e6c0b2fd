import type { ThreadAnswer, ThreadRequest } from './messages'
import { parentPort, workerData } from 'node:worker_threads'
import { systemCode } from '../../contract/errors'
import { copyDatabase } from './copyDatabase'
import { emptyCopy } from './emptyCopy'

/** One piece of work on a database file that would keep the lab's own thread busy for too long. */
function carryOut(request: ThreadRequest): ThreadAnswer {
  try {
    return { facts: request.kind === 'copy' ? copyDatabase(request.from, request.to) : emptyCopy(request.database, request.atMs) }
  }
  catch (thrown) {
    return { error: { code: systemCode(thrown) ?? null, message: thrown instanceof Error ? thrown.message : String(thrown) } }
  }
}

parentPort?.postMessage(carryOut(workerData as ThreadRequest))
