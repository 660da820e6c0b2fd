/**
 * `npm run bench -- placement`: share of a random stream of requests that finds a place on H100 GPUs in MIG mode: with the
 * fleet's choice, with first fit (the first GPU with room, from slot 0), and with an exact search that keeps every set of
 * places that could have been chosen so far.
 *
 * All three see the same streams; a request that is refused is gone. A seed whose histories are too many for the exact
 * search is left out for all. Fleets of 16 are too large for it. For one GPU whose slices come and go there is also a
 * placement that is told the mix and looks ahead (see placement/lookAhead.mjs), as a measure of what can be had without
 * knowing the future. `with moves` is the fleet's choice where a refused request may also move slices (never end one): the
 * smallest change that `tranche slice explain` names.
 */
import process from 'node:process'
import { inRepo } from '../../resources/setup/lib/paths.mjs'
import { load } from './lib/bundle.mjs'
import { table } from './lib/figures.mjs'
import { acceptedExactly } from './placement/exact.mjs'
import { lookAhead } from './placement/lookAhead.mjs'
import { meanStayOf, streamOf } from './placement/stream.mjs'
import { withMoves } from './placement/withMoves.mjs'

const seeds = Number(process.argv[2] ?? 100)
const firstSeed = Number(process.argv[3] ?? 1)
const maxHistories = 4000
const { createFleet, explain, listLayouts, readGpuTables, rulesOf } = await load('placement/bundle.ts')
const gpus = readGpuTables(inRepo('resources'))
const h100 = { model: 'H100-80GB', mode: 'mig', memoryMiB: 81920, settings: {}, label: null, slices: [] }
const rules = rulesOf(h100, gpus)
const mixes = {
  'even': { '1g.10gb': 1, '1g.20gb': 1, '2g.20gb': 1, '3g.40gb': 1, '4g.40gb': 1, '7g.80gb': 1 },
  'mostly small': { '1g.10gb': 6, '1g.20gb': 1, '2g.20gb': 4, '3g.40gb': 2, '4g.40gb': 1, '7g.80gb': 0.3 },
}
const scenarios = [
  { gpus: 1, demand: 1 },
  { gpus: 2, demand: 1 },
  { gpus: 3, demand: 1 },
  { gpus: 1, load: 0.3, requests: 200 },
  { gpus: 1, load: 0.6, requests: 200 },
  { gpus: 2, load: 0.3, requests: 40 },
  { gpus: 2, load: 0.5, requests: 40 },
  { gpus: 16, load: 0.8, requests: 500, large: true },
]

/** Counts what a way of choosing accepts: `choose(profile)` answers a place, `cut` and `free` are told of it. */
function accepted(stream, { choose, cut, free }) {
  const held = new Map()
  for (const { arrives, leaves, profile } of stream) {
    if (leaves === undefined) {
      const place = choose(profile)
      if (place) {
        cut(place)
        held.set(arrives, place)
      }
    }
    else if (held.has(leaves)) {
      free(held.get(leaves))
    }
  }
  return held.size
}

function ours(count) {
  const fleet = createFleet(gpus)
  for (let id = 0; id < count; id++)
    fleet.add({ ...h100, id: `gpu_${id}` })
  return {
    choose: profile => fleet.choose({ profile }),
    cut: ({ device, profile, start }) => fleet.cut(device, { profile, start, size: rules.offer(profile).size }),
    free: ({ device, profile, start }) => fleet.remove(device, { profile, start }),
  }
}

function firstFit(count) {
  const devices = Array.from({ length: count }, () => [])
  return {
    choose(profile) {
      for (const device of devices) {
        const start = rules.offer(profile).starts.find(start => rules.cut(device, profile, start).ok)
        if (start !== undefined)
          return { device, slice: rules.cut(device, profile, start).cut }
      }
      return null
    },
    cut: ({ device, slice }) => device.push(slice),
    free: ({ device, slice }) => device.splice(device.indexOf(slice), 1),
  }
}

function run(weights, { large, ...scenario }) {
  const sum = { requests: 0, seeds: 0, ours: 0, first: 0, exact: 0, told: 0, moving: 0, moves: 0 }
  const layouts = scenario.gpus === 1 && scenario.load ? listLayouts(rules, { profiles: Object.keys(weights), maximal: false, limit: 100_000 }).layouts : null
  const told = layouts && lookAhead(rules, layouts, weights, meanStayOf(rules, weights, scenario))
  for (let seed = firstSeed; seed < firstSeed + (large ? Math.ceil(seeds / 10) : seeds); seed++) {
    const stream = streamOf(rules, weights, { seed, ...scenario })
    const exact = large ? 0 : acceptedExactly(rules, scenario.gpus, stream, maxHistories)
    if (exact === null)
      continue
    sum.seeds++
    sum.requests += stream.filter(({ leaves }) => leaves === undefined).length
    sum.ours += accepted(stream, ours(scenario.gpus))
    sum.first += accepted(stream, firstFit(scenario.gpus))
    sum.exact += exact
    const moving = withMoves({ createFleet, explain, gpus, rules, device: h100 }, scenario.gpus)
    sum.moving += accepted(stream, moving)
    sum.moves += moving.moves()
    sum.told += told ? accepted(stream, told.fresh()) : 0
  }
  return { ...sum, hasExact: !large, hasTold: told !== null }
}

const percent = (part, whole) => `${(part / whole * 100).toFixed(2)} %`
const rows = []
const totals = []
for (const [mix, weights] of Object.entries(mixes)) {
  const all = { requests: 0, ours: 0, first: 0, exact: 0, moving: 0 }
  for (const scenario of scenarios) {
    const sum = run(weights, scenario)
    const kind = scenario.load === undefined ? `none leaves, ${scenario.demand * 100} % asked for` : `come and go, load ${scenario.load * 100} %`
    const share = (part, known = true) => known ? percent(part, sum.requests) : '-'
    rows.push([mix, scenario.gpus, kind, sum.seeds, sum.requests, share(sum.first), share(sum.ours), share(sum.told, sum.hasTold), share(sum.exact, sum.hasExact), share(sum.exact - sum.ours, sum.hasExact), share(sum.exact - sum.first, sum.hasExact), share(sum.moving), (sum.moves / sum.moving).toFixed(3)])
    for (const key of sum.hasExact ? Object.keys(all) : [])
      all[key] += sum[key]
  }
  totals.push(`${mix}, all lines with an exact search: gap of ours ${percent(all.exact - all.ours, all.requests)}, of first fit ${percent(all.exact - all.first, all.requests)}, with moves ${percent(all.exact - all.moving, all.requests)}`)
}
console.log(`seeds from ${firstSeed}; accepted of all requests; gaps to exact in points of that share`)
console.log(table([['mix', 'GPUs', 'stream', 'seeds', 'requests', 'first fit', 'ours', 'told the mix', 'exact', 'gap of ours', 'gap of first fit', 'with moves', 'moves each'], ...rows]))
console.log(totals.join('\n'))
