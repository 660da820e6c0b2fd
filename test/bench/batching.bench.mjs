/**
 * `npm run bench -- batching`: requests per second and latency of small models that are served on a slice with the whole CPU:
 * 16 callers whose requests run together (at most 16, the first waits 2 ms), against 16 callers whose requests run one by one, and
 * against a single caller. Through the lab's socket, and inside the lab's own process, where there is no socket to pay for.
 *
 * Every caller asks again as soon as it has its answer. The ways take turns, so that what else the machine does falls on all.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { load } from './lib/bundle.mjs'
import { quantile, spread, table } from './lib/figures.mjs'
import { startLab } from './lib/lab.mjs'
import { endModel, serveModel, wire } from './serving/served.mjs'

const rounds = Number(process.argv[2] ?? 5)
const roundMs = 1500
const callers = 16
const { connectSocket, openHeadlessLab, perceptron, smallConvolution } = await load('serving/bundle.ts')

const models = [
  { name: 'perceptron 512-2048-10', bytes: perceptron(512, 2048), input: wire('x', [1, 512], Array.from({ length: 512 }, (_, at) => Math.sin(at))) },
  { name: 'convolution 28x28', bytes: smallConvolution(28, 8), input: wire('x', [1, 1, 28, 28], Array.from({ length: 784 }, (_, at) => Math.sin(at))) },
]
const ways = [
  { name: `${callers} callers, together`, callers, serving: { maxBatch: callers, maxDelayMs: 2 } },
  { name: `${callers} callers, one by one`, callers, serving: { maxBatch: 1, maxDelayMs: 0 } },
  { name: 'one caller', callers: 1, serving: { maxBatch: 1, maxDelayMs: 0 } },
]

const folder = mkdtempSync(join(tmpdir(), 'tranche-bench-'))
for (const model of models) {
  model.path = join(folder, `${model.name.replace(/\W+/g, '-')}.onnx`)
  writeFileSync(model.path, model.bytes)
}

/** All callers for a while: answers per second, the latency of each in ms, and requests that ran together. */
async function run(client, id, inputs, callerCount, ms) {
  const latencies = []
  const batches = []
  const startedAt = performance.now()
  const endsAt = startedAt + ms
  await Promise.all(Array.from({ length: callerCount }, async () => {
    while (performance.now() < endsAt) {
      const askedAt = performance.now()
      const { batch } = await client.call('jobs.infer', { id, inputs })
      latencies.push(performance.now() - askedAt)
      batches.push(batch)
    }
  }))
  return { speed: latencies.length * 1000 / (performance.now() - startedAt), latencies, batches }
}

async function measure(door, client) {
  const cpu = (await client.call('devices.list', {})).find(({ kind }) => kind === 'cpu')
  for (const model of models) {
    const measured = ways.map(() => ({ speeds: [], latencies: [], batches: [] }))
    for (let round = 0; round < rounds; round++) {
      for (const at of ways.map((_, place) => (place + round) % ways.length)) {
        const { callers: count, serving } = ways[at]
        const id = await serveModel(client, { model: model.path, device: cpu.id, serving }, [model.input])
        await run(client, id, [model.input], count, 200)
        const { speed, latencies, batches } = await run(client, id, [model.input], count, roundMs)
        measured[at].speeds.push(speed)
        measured[at].latencies.push(...latencies)
        measured[at].batches.push(...batches)
        await endModel(client, id)
      }
    }
    console.log(`\n${model.name}, ${door}`)
    console.log(table([
      ['', 'requests/s: median (range)', 'p50 ms', 'p99 ms', 'together'],
      ...ways.map(({ name }, at) => {
        const { speeds, latencies, batches } = measured[at]
        return [name, spread(speeds, 0), quantile(latencies, 0.5).toFixed(2), quantile(latencies, 0.99).toFixed(2), (batches.reduce((sum, batch) => sum + batch, 0) / batches.length).toFixed(1)]
      }),
    ]))
    const against = other => spread(measured[0].speeds.map((speed, round) => speed / measured[other].speeds[round]))
    console.log(`together against one by one: ${against(1)} times; against one caller: ${against(2)} times`)
  }
}

console.log(`${rounds} rounds of ${roundMs} ms each in turn`)
const lab = await startLab(connectSocket)
await measure('over the socket', lab.client)
await lab.stop()

const inside = await openHeadlessLab({ stateDir: join(folder, 'state'), owner: 'cli', runJobs: true })
await measure('inside the lab\'s process', inside.router)
await inside.close()
rmSync(folder, { recursive: true, force: true })
process.exit(0)
