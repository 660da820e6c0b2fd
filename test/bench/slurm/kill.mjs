/** What is left of acknowledged jobs after kill -9 of the controller, or of Tranche's main process, while one caller submits without a pause. */
import process from 'node:process'
import { spread, table } from '../lib/figures.mjs'
import { randomFrom } from '../placement/random.mjs'
import { killSlurm } from './killSlurm.mjs'
import { killTranche } from './killTranche.mjs'
import { inTurn } from './sides.mjs'

const firstMs = 500
const lastMs = 4000

export async function kill(rounds) {
  const seed = Number(process.env.TRANCHE_SEED ?? 1)
  // The same instants for both.
  const instants = Array.from({ length: rounds }, randomFrom(seed)).map(share => firstMs + share * (lastMs - firstMs))
  const figures = await inTurn(rounds, {
    slurm: async round => tally(await killSlurm(instants[round])),
    tranche: async round => tally(await killTranche(instants[round])),
  })
  const row = (what, key) => [what, ...['slurm', 'tranche'].map(side => total(figures[side].map(round => round[key])))]
  console.log(`kill -9 of slurmctld | of \`tranche serve\`, ${(firstMs / 1000)} to ${lastMs / 1000} s after the first submit (seed ${seed}), then the same program again on the state it left (slurmctld without -c), a second more of submits, and a wait until nothing waits or runs.`)
  console.log(`${rounds} rounds in turn, each on a new cluster and a new lab; sbatch | the socket, one caller, as fast as it is answered, so that ours is killed with more acknowledged. Slurm's jobs write a line as they begin and one as they end; ours are counted in the lab's events.`)
  console.log(table([
    ['all rounds (least to most in a round)', 'Slurm', 'Tranche'],
    row('jobs acknowledged before the kill', 'before'),
    row('jobs acknowledged after it', 'after'),
    row('acknowledged, and gone: never began, and unknown', 'gone'),
    row('begun, then forgotten: unknown', 'forgotten'),
    row('known, and never ended', 'stuck'),
    row('ids given to two jobs', 'idsTwice'),
    row('jobs begun twice', 'begunTwice'),
    row('jobs ended twice', 'endedTwice'),
  ]))
  const back = side => spread(figures[side].map(({ backMs }) => backMs), 0)
  console.log(`ms from the start of the program until it answers again: Slurm ${back('slurm')}, Tranche ${back('tranche')}`)
}

/**
 * @param {object} round
 * @param {{ name: string, id: string, afterKill: boolean }[]} round.acknowledged names are the caller's own, one a submit
 * @param {Map<string, string>} round.known name by id, as told at the end
 * @param {Set<string>} round.unended names of jobs that are known and have not ended
 * @param {string[]} round.begun a name each time one began
 * @param {string[]} round.ended a name each time one ended
 * @param {number} round.backMs until the program answered again
 */
function tally({ acknowledged, known, unended, begun, ended, backMs }) {
  const unknown = acknowledged.filter(({ name, id }) => known.get(id) !== name)
  const hasBegun = new Set(begun)
  return {
    backMs,
    before: acknowledged.filter(({ afterKill }) => !afterKill).length,
    after: acknowledged.filter(({ afterKill }) => afterKill).length,
    gone: unknown.filter(({ name }) => !hasBegun.has(name)).length,
    forgotten: unknown.filter(({ name }) => hasBegun.has(name)).length,
    stuck: unended.size,
    idsTwice: twice(acknowledged.map(({ id }) => id)),
    begunTwice: twice(begun),
    endedTwice: twice(ended),
  }
}

/** How many of the values are there more than once. */
function twice(values) {
  const counts = new Map()
  for (const value of values)
    counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()].filter(count => count > 1).length
}

function total(values) {
  return `${values.reduce((sum, value) => sum + value, 0)} (${Math.min(...values)} to ${Math.max(...values)})`
}
