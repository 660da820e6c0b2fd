/**
 * `worker.mjs MODEL`: a process that runs a small model over and over, on one thread, as a worker on a slice does. Sent
 * `{fromMs, toMs}` (the host's monotonic clock), it answers how often it ran the model between the two, and in how much processor time; sent `wait`, it
 * does nothing, as a served model that nobody asks.
 */
import { createRequire } from 'node:module'
import process from 'node:process'

const { InferenceSession, Tensor } = createRequire(import.meta.url)('onnxruntime-node')
const session = await InferenceSession.create(process.argv[2], { intraOpNumThreads: 1, interOpNumThreads: 1 })
const feeds = { x: new Tensor('float32', new Float32Array(256 * 256).fill(0.01), [256, 256]) }
const nowMs = () => Number(process.hrtime.bigint()) / 1e6

let order = null
let waits = false
process.on('message', (message) => {
  order = message === 'wait' || message === 'go' ? null : { ...message, runs: 0, cpuMs: null }
  waits = message === 'wait'
})
process.on('disconnect', () => process.exit())

function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function work() {
  if (order && order.cpuMs === null && nowMs() >= order.fromMs)
    order.cpuMs = cpuMs()
  await session.run(feeds)
  if (order && order.cpuMs !== null && nowMs() < order.toMs)
    order.runs++
  if (order && nowMs() >= order.toMs) {
    process.send({ runs: order.runs, cpuMs: cpuMs() - (order.cpuMs ?? 0) })
    order = null
  }
}
process.send('ready')
for (;;) {
  if (!waits)
    await work()
  await new Promise(waits ? resolve => setTimeout(resolve, 200) : setImmediate)
}
