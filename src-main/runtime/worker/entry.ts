import type { FromWorker } from '../protocol'
import process from 'node:process'
import { toWorker } from '../protocol'
import { openParentPort } from './parentPort'
import { runJob } from './runJob'
import { createSessionCache } from './sessions'
import { watchParent } from './watchParent'

/** How often a worker tells what it uses of its slice. */
const useIntervalMs = 500

watchParent()
const port = openParentPort()
const threads = Math.max(1, Number(process.env.TRANCHE_THREADS) || 1)
const sessions = createSessionCache(threads)
const say = (message: FromWorker) => port.post(message)
let cancelledEpoch = 0

port.onMessage((message) => {
  const parsed = toWorker.parse(message)
  switch (parsed.type) {
    case 'run':
      void runJob(parsed, { sessions, threads, say, isCancelled: () => cancelledEpoch >= parsed.epoch })
      break
    case 'cancel':
      cancelledEpoch = Math.max(cancelledEpoch, parsed.epoch)
      break
    case 'stop':
      process.exit(0)
  }
})
port.onClosed(() => process.exit(0))

setInterval(() => {
  const { user, system } = process.cpuUsage()
  say({ type: 'use', cpuMs: (user + system) / 1000, memoryMiB: process.memoryUsage.rss() / 1024 ** 2 })
}, useIntervalMs)

say({ type: 'ready' })
