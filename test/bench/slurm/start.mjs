/** From submitting a job to its start, with nothing else to do. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { warmUp } from '../lib/trivialJobs.mjs'
import { until } from './programs.mjs'
import { compareTimes } from './report.mjs'
import { deviceCount, inTurn, onSlurm, onTranche } from './sides.mjs'

const samples = 20
const stampScript = '#!/bin/sh\ndate +%s%3N > stamp.$SLURM_JOB_ID\n'

async function slurmRound({ cluster, rest }) {
  const sample = async (submit) => {
    await until('the cluster is idle', cluster.isIdle)
    const before = cluster.completed()
    const from = Date.now()
    const id = await submit()
    await until('the job is over', () => cluster.completed() > before)
    return Number(readFileSync(join(cluster.jobsDir, `stamp.${id}`), 'utf8')) - from
  }
  const series = async (submit) => {
    await sample(submit)
    const times = []
    while (times.length < samples)
      times.push(await sample(submit))
    return times
  }
  return {
    typed: await series(() => cluster.call('sbatch', ['--parsable', '-o', '/dev/null', '--wrap', 'date +%s%3N > stamp.$SLURM_JOB_ID'])),
    called: rest ? await series(() => rest.submit(stampScript)) : [],
  }
}

async function trancheRound({ lab, client, trivial, devices, cli }) {
  const cold = []
  for (const { id } of devices.slice(0, deviceCount)) {
    const from = Date.now()
    await lab.run({ ...trivial, need: undefined, device: id })
    cold.push(Date.now() - from)
  }
  await warmUp(client, trivial, deviceCount)
  const called = { start: [], result: [] }
  const typed = { start: [], result: [] }
  for (let turn = 0; turn < samples; turn++) {
    const from = Date.now()
    const job = await lab.run(trivial)
    called.result.push(Date.now() - from)
    called.start.push(job.timing.startedAtMs - from)
  }
  for (let turn = 0; turn < samples; turn++) {
    const from = Date.now()
    const { id } = JSON.parse(await cli(['submit', '--recipe', 'tensor', '--model', trivial.model, '--synthetic', '1', '--label', 'bench']))
    let job
    await until('the job is done', async () => (job = await client.call('jobs.get', { id })).state === 'done')
    typed.start.push(job.timing.startedAtMs - from)
    typed.result.push(job.timing.endedAtMs - from)
  }
  return { cold, called, typed }
}

export async function start(rounds) {
  const { slurm, tranche } = await inTurn(rounds, { slurm: () => onSlurm(slurmRound), tranche: () => onTranche(trancheRound) })
  const theirs = door => slurm.flatMap(round => round[door])
  const ours = (door, what) => tranche.flatMap(round => round[door][what])
  console.log(`Submit to start, idle: ${rounds} rounds in turn of ${samples} jobs a door, one at a time. From before the call, to the time that Slurm's job writes itself as its first act;`)
  console.log('with us to the start that the lab notes (model loaded, worker waiting), and, which asks more than of Slurm, to the result: for the programming door in the caller\'s hands, for the command line the end that the lab notes.')
  console.log('Slurm starts a process for each job and Tranche keeps a worker a slice, so the last row has the first job of each device: its worker is started and loads the model.')
  console.log(compareTimes([
    ['programming door: job\'s stamp | start noted', theirs('called'), ours('called', 'start')],
    ['programming door: job\'s stamp | result', theirs('called'), ours('called', 'result')],
    ['command line: job\'s stamp | start noted', theirs('typed'), ours('typed', 'start')],
    ['command line: job\'s stamp | result', theirs('typed'), ours('typed', 'result')],
    ['programming door: job\'s stamp | result, worker to be started', theirs('called'), tranche.flatMap(({ cold }) => cold)],
  ]))
}
