import process from 'node:process'
import { Worker } from 'node:worker_threads'

/**
 * What the watching thread runs. Windows keeps telling the number of a parent that is gone, so its life is asked for as
 * well. The number comes from the main thread: a parent can die before this thread runs.
 */
const watch = `
  const { workerData: parent } = require('node:worker_threads')
  const isAlive = () => {
    try {
      return process.ppid === parent && process.kill(parent, 0)
    }
    catch (thrown) {
      return thrown.code === 'EPERM'
    }
  }
  setInterval(() => isAlive() || process.kill(process.pid, 'SIGKILL'), 500)
`

/**
 * Ends this process soon after the one that started it, whatever it is doing. ONNX Runtime holds the main thread while a
 * model runs, and a model may run for ever: then no message, and no end of the channel, is ever noticed there.
 */
export function watchParent(): void {
  new Worker(watch, { eval: true, workerData: process.ppid }).unref()
}
