/** The two sides, each new for a round and started by turns, so that what else the machine does falls on both. */
import process from 'node:process'
import { load } from '../lib/bundle.mjs'
import { cliEntry, startLab } from '../lib/lab.mjs'
import { trivialJob } from '../lib/trivialJobs.mjs'
import { startCluster } from './cluster.mjs'
import { findProgram, run } from './programs.mjs'
import { openRest } from './rest.mjs'

/** As many whole devices as the cluster has GPUs. Whole ones, for a slice's promise would slow its job down. */
export const deviceCount = 15

/** @param {(slurm: { cluster: any, rest: any }) => Promise<any>} measure */
export async function onSlurm(measure) {
  const cluster = await startCluster()
  try {
    const rest = findProgram('slurmrestd') && await openRest(cluster)
    try {
      return await measure({ cluster, rest })
    }
    finally {
      rest?.close()
    }
  }
  finally {
    await cluster.stop()
  }
}

/** @param {(tranche: { lab: any, client: any, trivial: any, devices: any[], cli: (args: string[]) => Promise<string> }) => Promise<any>} measure */
export async function onTranche(measure) {
  const { lab, ...rest } = await openTranche()
  try {
    return await measure({ lab, ...rest })
  }
  finally {
    await lab.stop()
  }
}

let parts
/** A new lab, or the one in a folder. */
export async function openTranche(stateDir) {
  parts ??= await load('lib/parts.ts')
  const lab = await startLab(parts.connectSocket, stateDir)
  const { client } = lab
  const devices = stateDir ? [] : await client.call('lab.add', { model: 'A100-80GB', count: deviceCount, mode: 'passthrough', label: 'bench' })
  const trivial = trivialJob(lab, parts.addModel)
  return { lab, client, trivial: { ...trivial, need: { label: 'bench' } }, devices, cli: args => run(process.execPath, [cliEntry, ...args, '--state', lab.stateDir, '--json']) }
}

/** One figure of each side a round, and the sides in changing order. Returns `{ slurm: [...], tranche: [...] }`. */
export async function inTurn(rounds, sides) {
  const figures = { slurm: [], tranche: [] }
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 ? ['tranche', 'slurm'] : ['slurm', 'tranche'])
      figures[side].push(await sides[side](round))
  }
  return figures
}
