/** Acknowledged submits a second, of jobs that are held, so that nothing runs meanwhile. */
import { timed } from '../lib/trivialJobs.mjs'
import { compare } from './report.mjs'
import { inTurn, onSlurm, onTranche } from './sides.mjs'

const typed = 50
const called = 500
const together = 500

async function aSecond(count, work) {
  return count / (await timed(work)) * 1000
}

async function times(count, work) {
  for (let turn = 0; turn < count; turn++)
    await work(turn)
}

async function slurmRound({ cluster, rest }) {
  const sbatch = more => cluster.call('sbatch', ['--parsable', '--hold', '-o', '/dev/null', ...more, '--wrap', 'true'])
  await sbatch([])
  return {
    typed: await aSecond(typed, () => times(typed, () => sbatch([]))),
    called: rest && await aSecond(called, () => times(called, () => rest.submit('#!/bin/sh\ntrue\n', { hold: true }))),
    array: await aSecond(together, () => sbatch([`--array=1-${together}`])),
  }
}

async function trancheRound({ client, trivial, cli }) {
  const held = { ...trivial, hold: true }
  const typedJob = ['submit', '--recipe', 'tensor', '--model', trivial.model, '--synthetic', '1', '--label', 'bench', '--hold']
  await cli(typedJob)
  return {
    typed: await aSecond(typed, () => times(typed, () => cli(typedJob))),
    called: await aSecond(called, () => times(called, () => client.call('jobs.submit', held))),
    oneJob: await aSecond(together, () => client.call('jobs.submit', { ...held, synthetic: together })),
    many: await aSecond(together, () => client.call('jobs.submitMany', { submissions: Array.from({ length: together }, () => held) })),
  }
}

export async function submit(rounds) {
  const { slurm, tranche } = await inTurn(rounds, { slurm: () => onSlurm(slurmRound), tranche: () => onTranche(trancheRound) })
  const row = (what, theirs, ours) => [what, slurm.map(round => round[theirs]), tranche.map(round => round[ours])]
  console.log(`Submits acknowledged: held jobs, from the first call to the last answer, one caller; ${rounds} rounds in turn, each on a new cluster and a new lab: median (least to most).`)
  console.log(compare('a second', [
    row(`command line, a process each (${typed}): sbatch | tranche submit`, 'typed', 'typed'),
    row(`programming door, one by one (${called}): slurmrestd | socket`, 'called', 'called'),
    row(`many at once: array of ${together} | one job of ${together} inputs`, 'array', 'oneJob'),
    row(`many at once: array of ${together} | ${together} jobs in one call`, 'array', 'many'),
  ], { moreIsBetter: true }))
}
