/** 500 trivial jobs, from the first call until all are over. */
import { allDone, timed, warmUp } from '../lib/trivialJobs.mjs'
import { until } from './programs.mjs'
import { compare } from './report.mjs'
import { deviceCount, inTurn, onSlurm, onTranche } from './sides.mjs'

const count = 500

async function slurmRound({ cluster, rest }) {
  const sbatch = more => cluster.call('sbatch', ['--parsable', '-o', '/dev/null', ...more, '--wrap', 'true'])
  const aSecond = async (submitAll) => {
    await until('the cluster is idle', cluster.isIdle)
    const before = cluster.completed()
    return count / (await timed(async () => {
      await submitAll()
      await until(`${count} jobs are over`, () => cluster.completed() >= before + count, 120_000)
    })) * 1000
  }
  const oneByOne = submit => aSecond(async () => {
    for (let job = 0; job < count; job++)
      await submit()
  })
  await sbatch([])
  await until('the first job is over', () => cluster.completed() === 1)
  return {
    array: await aSecond(() => sbatch([`--array=1-${count}`])),
    typed: await oneByOne(() => sbatch([])),
    called: rest && await oneByOne(() => rest.submit('#!/bin/sh\ntrue\n')),
  }
}

async function trancheRound({ lab, client, trivial }) {
  await warmUp(client, trivial, deviceCount)
  const aSecond = async submitAll => count / (await timed(async () => {
    await submitAll()
    await allDone(client)
  })) * 1000
  return {
    many: await aSecond(() => client.call('jobs.submitMany', { submissions: Array.from({ length: count }, () => trivial) })),
    oneJob: await aSecond(() => lab.run({ ...trivial, synthetic: count })),
    called: await aSecond(async () => {
      for (let job = 0; job < count; job++)
        await client.call('jobs.submit', trivial)
    }),
  }
}

export async function work(rounds) {
  const { slurm, tranche } = await inTurn(rounds, { slurm: () => onSlurm(slurmRound), tranche: () => onTranche(trancheRound) })
  const row = (what, theirs, ours) => [what, slurm.map(round => round[theirs]), tranche.map(round => round[ours])]
  console.log(`${count} trivial jobs, from the first call until all are over; ${rounds} rounds in turn, each on a new cluster and a new lab: median (least to most). Slurm's jobs are \`true\` and ask for one of 48 processors; ours add four numbers with a`)
  console.log(`model on ${deviceCount} whole virtual devices whose workers are up and have it loaded.`)
  console.log(compare('jobs a second', [
    row(`array of ${count} | ${count} jobs in one call`, 'array', 'many'),
    row(`array of ${count} | one job of ${count} inputs`, 'array', 'oneJob'),
    row(`one by one: slurmrestd | socket`, 'called', 'called'),
    row(`one by one: sbatch | socket`, 'typed', 'called'),
  ], { moreIsBetter: true }))
}
