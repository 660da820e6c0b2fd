/**
 * `npm run bench -- bursty`: seven tenants that each keep a device busy for about 15 % of the time, at random moments.
 *
 * Sliced: one virtual A100 as seven vGPUs A100D-10C, best effort, each tenant with a served model on its own. In turn: the whole
 * device as one passthrough slice, for which the tenants' jobs queue: each holds it for some seconds, its own pauses
 * included, then gives it to the next. A tenant asks, waits for the answer, pauses for a random time (exponential, seeded), and asks
 * again; the latency of a request counts from the moment the tenant wanted it, so waiting for the device is part of it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { load } from './lib/bundle.mjs'
import { median, quantile, spread, table } from './lib/figures.mjs'
import { startLab } from './lib/lab.mjs'
import { endModel, serveModel, started, wire } from './serving/served.mjs'

const rounds = Number(process.argv[2] ?? 3)
const roundMs = 21_000
const leaseMs = 3000
const tenants = 7
const duty = 0.15
const side = 96

const { connectSocket, smallConvolution } = await load('serving/bundle.ts')
const folder = mkdtempSync(join(tmpdir(), 'tranche-bench-'))
const model = join(folder, 'model.onnx')
writeFileSync(model, smallConvolution(side, 48))
const inputs = [wire('x', [1, 1, side, side], Array.from({ length: side * side }, (_, at) => Math.sin(at)))]
const serving = { maxBatch: 1, maxDelayMs: 0 }
const lab = await startLab(connectSocket)
const { client } = lab

/** Numbers in [0, 1) that are the same for the same seed (mulberry32, public domain). */
function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const ask = id => client.call('jobs.infer', { id, inputs })

/** What one request takes with the whole device to itself: the base of the tenants' pauses. */
async function requestMs(device) {
  const id = await serveModel(client, { model, device, serving }, inputs)
  const taken = []
  for (let request = 0; request < 30; request++) {
    const askedAt = performance.now()
    await ask(id)
    taken.push(performance.now() - askedAt)
  }
  await endModel(client, id)
  return median(taken)
}

/** A tenant's pauses, in ms: exponential, so that it computes for `duty` of the time if nobody is in its way. */
function pauses(seed, computeMs) {
  const next = random(seed)
  return () => -Math.log(1 - next()) * computeMs * (1 - duty) / duty
}

async function sliced(device, computeMs, seed) {
  const jobs = await Promise.all(Array.from({ length: tenants }, () => serveModel(client, { model, device, profile: 'A100D-10C', serving }, inputs)))
  const latencies = []
  const endsAt = performance.now() + roundMs
  await Promise.all(jobs.map(async (id, tenant) => {
    const pause = pauses(seed * 100 + tenant, computeMs)
    for (;;) {
      await sleep(pause())
      const wantedAt = performance.now()
      if (wantedAt >= endsAt)
        return
      await ask(id)
      latencies.push(performance.now() - wantedAt)
    }
  }))
  for (const id of jobs)
    await endModel(client, id)
  return latencies
}

async function inTurn(device, computeMs, seed) {
  const latencies = []
  const endsAt = performance.now() + roundMs
  const tenant = async (number) => {
    const pause = pauses(seed * 100 + number, computeMs)
    let wantedAt = performance.now() + pause()
    while (performance.now() < endsAt) {
      const { id } = await client.call('jobs.submit', { recipe: 'tensor', model, device, inputs: [], serving })
      await started(client, id)
      const leaseEndsAt = Math.min(performance.now() + leaseMs, endsAt)
      for (;;) {
        await sleep(Math.max(0, Math.min(wantedAt, leaseEndsAt) - performance.now()))
        if (performance.now() >= leaseEndsAt)
          break
        await ask(id)
        latencies.push(performance.now() - wantedAt)
        wantedAt = performance.now() + pause()
      }
      await endModel(client, id)
    }
  }
  await Promise.all(Array.from({ length: tenants }, (_, number) => tenant(number)))
  return latencies
}

const [cut] = await client.call('lab.add', {
  model: 'A100-80GB',
  mode: 'vgpu',
  settings: { vgpuMode: 'equal', policy: 'best-effort' },
  layout: Array.from({ length: tenants }, () => ({ profile: 'A100D-10C' })),
})
const [whole] = await client.call('lab.add', { model: 'A100-80GB', mode: 'passthrough' })
const computeMs = await requestMs(whole.id)

const measured = { sliced: { speeds: [], p99s: [], p50s: [] }, inTurn: { speeds: [], p99s: [], p50s: [] } }
for (let round = 0; round < rounds; round++) {
  // Who goes first changes from round to round.
  for (const way of round % 2 ? ['inTurn', 'sliced'] : ['sliced', 'inTurn']) {
    const latencies = way === 'sliced' ? await sliced(cut.id, computeMs, round + 1) : await inTurn(whole.id, computeMs, round + 1)
    measured[way].speeds.push(latencies.length * 1000 / roundMs)
    measured[way].p50s.push(quantile(latencies, 0.5))
    measured[way].p99s.push(quantile(latencies, 0.99))
  }
}
await lab.stop()
rmSync(folder, { recursive: true, force: true })

const row = (name, { speeds, p50s, p99s }) => [name, spread(speeds, 1), spread(p50s, 1), spread(p99s, 1)]
console.log(`${tenants} tenants at ${duty * 100} % duty, ${rounds} rounds of ${roundMs / 1000} s, a request alone takes ${computeMs.toFixed(1)} ms, a turn with the whole device ${leaseMs / 1000} s`)
console.log(table([
  ['', 'requests/s: median (range)', 'p50 ms', 'p99 ms'],
  row('seven slices, best effort', measured.sliced),
  row('the whole device in turn', measured.inTurn),
]))
console.log(`served, sliced against in turn, round by round: ${spread(measured.sliced.speeds.map((speed, round) => speed / measured.inTurn.speeds[round]))} times`)
