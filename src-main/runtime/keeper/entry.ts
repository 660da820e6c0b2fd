import type { KeeperStart, ToKeeper } from './messages'
import { setPriority } from 'node:os'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { createWatch } from './watch'

/**
 * The keeper's thread: gives worker processes their turns and ends those that use too much memory. It lives beside the main
 * thread because it has to be exact to a fraction of a millisecond, whatever the lab does. It never returns to an event
 * loop: it sleeps on a cell of shared memory until the next thing is due, or until the main side rings.
 */
const { port, cells, means } = workerData as KeeperStart
const cell = new Int32Array(cells)
const watch = createWatch(means, message => port.postMessage(message))

// Linux takes 0 for this thread alone. Only root may, and without it the keeper is a little less exact.
if (process.platform === 'linux') {
  try {
    setPriority(0, -10)
  }
  catch {}
}

function readMessages(): boolean {
  for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
    const message = received.message as ToKeeper
    if (message.type === 'close')
      return false
    watch.receive(message, performance.now())
  }
  return true
}

for (let rung = Atomics.load(cell, 0); readMessages(); rung = Atomics.load(cell, 0)) {
  const wakeAtMs = watch.tick(performance.now())
  Atomics.wait(cell, 0, rung, Math.max(0, wakeAtMs - performance.now()))
}
watch.close()
Atomics.store(cell, 1, 1)
port.close()
