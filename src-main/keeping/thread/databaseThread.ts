import type { CopyFacts, ThreadAnswer, ThreadRequest } from './messages'
import { Worker } from 'node:worker_threads'

export type DatabaseThread = (request: ThreadRequest) => Promise<CopyFacts>

/** Work on database files away from the lab's own thread. `entry` is the thread's program as it was built. */
export function databaseThread(entry: string): DatabaseThread {
  return request => new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: request })
    worker.once('message', (answer: ThreadAnswer) => {
      if ('facts' in answer)
        resolve(answer.facts)
      else
        reject(Object.assign(new Error(answer.error.message), answer.error.code !== null && { code: answer.error.code }))
    })
    worker.once('error', reject)
    worker.once('exit', code => reject(new Error(`The thread that works on databases ended with ${code}.`)))
  })
}
