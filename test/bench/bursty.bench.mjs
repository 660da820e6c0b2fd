/**
 * `npm run bench -- bursty [rounds] [callers|bursts]`: seven tenants that each keep a device busy for about 15 % of the time, at random moments.
 *
 * Sliced: one virtual A100 as seven vGPUs A100D-10C, best effort, each tenant with a served model on its own. In turn: the whole
 * device as one passthrough slice, for which the tenants' jobs queue: each holds it for some seconds, its own pauses
 * included, then gives it to the next. What one request costs is measured alone on the whole device before each round, and sets
 * the demand of that round. Latencies count from the moment the tenant wanted the answer, so waiting for the device is part of them.
 *
 * Two kinds of tenants, the same seeds for both ways:
 * - callers wait for their answer, pause for a random time (exponential), and ask again;
 * - bursts come whenever they come (Poisson), some requests in each, whether earlier ones are answered or not. They show how much of
 *   the same demand is answered soon: a queue in front of the device may get through as many in the end, only late. What has no
 *   answer when the round ends counts with the time that it has waited by then.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { load } from './lib/bundle.mjs'
import { median, quantile, spread, table } from './lib/figures.mjs'
import { startLab } from './lib/lab.mjs'
import { burstsOf, pausesOf } from './serving/arrivals.mjs'
import { endModel, serveModel, started, wire } from './serving/served.mjs'

const rounds = Number(process.argv[2] ?? 3)
const roundMs = 21_000
const leaseMs = 3000
const soonMs = 500
const tenants = 7
const duties = { callers: 0.15, bursts: 0.08 }
const side = 96

const { connectSocket, smallConvolution } = await load('serving/bundle.ts')
const folder = mkdtempSync(join(tmpdir(), 'tranche-bench-'))
const model = join(folder, 'model.onnx')
writeFileSync(model, smallConvolution(side, 48))
const inputs = [wire('x', [1, 1, side, side], Array.from({ length: side * side }, (_, at) => Math.sin(at)))]
const serving = { maxBatch: 1, maxDelayMs: 0 }
const lab = await startLab(connectSocket)
const { client } = lab
const numbers = Array.from({ length: tenants }, (_, number) => number)

const ask = id => client.call('jobs.infer', { id, inputs })

/** What one request takes with the whole device to itself, in ms. */
async function requestMs(device) {
  const id = await serveModel(client, { model, device, serving }, inputs)
  const taken = []
  for (let request = 0; request < 50; request++) {
    const askedAt = performance.now()
    await ask(id)
    taken.push(performance.now() - askedAt)
  }
  await endModel(client, id)
  return median(taken)
}

/**
 * One tenant that asks, waits and pauses. `use` has it ask until its time with the device is over; `unanswered` is for how long, at
 * least, those waited that had no answer when the round ended.
 */
function caller(seed, computeMs, endsAt) {
  const latencies = []
  const pause = pausesOf(seed, computeMs * (1 - duties.callers) / duties.callers)
  let wantedAt = performance.now() + pause()
  return {
    latencies,
    unanswered: () => wantedAt < endsAt ? [endsAt - wantedAt] : [],
    async use(id, untilAt) {
      const leavesAt = Math.min(untilAt, endsAt)
      for (;;) {
        await sleep(Math.max(0, Math.min(wantedAt, leavesAt) - performance.now()))
        if (performance.now() >= leavesAt)
          return
        await ask(id)
        const answeredAt = performance.now()
        if (answeredAt > endsAt)
          return
        latencies.push(answeredAt - wantedAt)
        wantedAt = answeredAt + pause()
      }
    },
  }
}

/** One tenant whose requests come by themselves; while it has no device they wait. */
function burster(seed, computeMs, endsAt) {
  const latencies = []
  const beganAt = performance.now()
  const arrivals = burstsOf(seed, computeMs / duties.bursts, endsAt - beganAt).map(atMs => beganAt + atMs)
  return {
    latencies,
    unanswered: () => arrivals.map(atMs => endsAt - atMs),
    async use(id, untilAt) {
      const leavesAt = Math.min(untilAt, endsAt)
      const underWay = []
      for (;;) {
        await sleep(Math.max(0, Math.min(arrivals[0] ?? leavesAt, leavesAt) - performance.now()))
        if (performance.now() >= leavesAt || arrivals.length === 0)
          break
        // No more at once than get done before the device goes to the next tenant.
        while (underWay.length >= 8)
          await underWay.shift()
        if (performance.now() >= leavesAt)
          break
        const wantedAt = arrivals.shift()
        underWay.push(ask(id).then(() => {
          const answeredAt = performance.now()
          if (answeredAt <= endsAt)
            latencies.push(answeredAt - wantedAt)
          else
            arrivals.push(wantedAt)
        }))
      }
      await Promise.all(underWay)
      await sleep(Math.max(0, leavesAt - performance.now()))
    },
  }
}

async function sliced(device, make) {
  const jobs = await Promise.all(numbers.map(() => serveModel(client, { model, device, profile: 'A100D-10C', serving }, inputs)))
  const endsAt = performance.now() + roundMs
  const all = numbers.map(number => make(number, endsAt))
  await Promise.all(all.map((tenant, number) => tenant.use(jobs[number], endsAt)))
  for (const id of jobs)
    await endModel(client, id)
  return all
}

async function inTurn(device, make) {
  const endsAt = performance.now() + roundMs
  const all = numbers.map(number => make(number, endsAt))
  await Promise.all(all.map(async (tenant) => {
    while (performance.now() < endsAt) {
      const { id } = await client.call('jobs.submit', { recipe: 'tensor', model, device, inputs: [], serving })
      await started(client, id)
      await tenant.use(id, performance.now() + leaseMs)
      await endModel(client, id)
    }
  }))
  return all
}

const [cut] = await client.call('lab.add', {
  model: 'A100-80GB',
  mode: 'vgpu',
  settings: { vgpuMode: 'equal', policy: 'best-effort' },
  layout: Array.from({ length: tenants }, () => ({ profile: 'A100D-10C' })),
})
const [whole] = await client.call('lab.add', { model: 'A100-80GB', mode: 'passthrough' })

/** Rounds of one kind of tenant, both ways; who goes first changes from round to round. */
async function compare(kind, tenantOf) {
  const measured = { sliced: [], inTurn: [] }
  const alone = []
  for (let round = 0; round < rounds; round++) {
    const computeMs = await requestMs(whole.id)
    alone.push(computeMs)
    const make = (number, endsAt) => tenantOf((round + 1) * 100 + number, computeMs, endsAt)
    for (const way of round % 2 ? ['inTurn', 'sliced'] : ['sliced', 'inTurn']) {
      const all = way === 'sliced' ? await sliced(cut.id, make) : await inTurn(whole.id, make)
      const answered = all.flatMap(({ latencies }) => latencies)
      const latencies = [...answered, ...all.flatMap(({ unanswered }) => unanswered())]
      measured[way].push({
        wanted: latencies.length * 1000 / roundMs,
        speed: answered.length * 1000 / roundMs,
        soon: answered.filter(ms => ms <= soonMs).length * 1000 / roundMs,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
      })
    }
  }
  const pick = (way, what) => measured[way].map(round => round[what])
  const row = (name, way) => [name, spread(pick(way, 'wanted'), 1), spread(pick(way, 'speed'), 1), spread(pick(way, 'soon'), 1), spread(pick(way, 'p50'), 0), spread(pick(way, 'p99'), 0)]
  const against = what => spread(pick('sliced', what).map((value, round) => value / pick('inTurn', what)[round]))
  console.log(`\n${tenants} tenants at ${duties[kind] * 100} % duty each, ${kind}: ${rounds} rounds of ${roundMs / 1000} s, a request alone takes ${spread(alone, 1)} ms, a turn with the whole device ${leaseMs / 1000} s`)
  console.log(table([
    ['', 'wanted/s', 'answered/s: median (range)', `within ${soonMs} ms/s`, 'p50 ms', 'p99 ms'],
    row('seven slices, best effort', 'sliced'),
    row('the whole device in turn', 'inTurn'),
  ]))
  console.log(`sliced against in turn, round by round: answered ${against('speed')} times, within ${soonMs} ms ${against('soon')} times`)
}

for (const [kind, tenantOf] of Object.entries({ callers: caller, bursts: burster })) {
  if (!process.argv[3] || process.argv[3] === kind)
    await compare(kind, tenantOf)
}
await lab.stop()
rmSync(folder, { recursive: true, force: true })
