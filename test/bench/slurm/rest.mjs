/** Slurm's programming door: slurmrestd on a socket, one connection kept open. */
import { Buffer } from 'node:buffer'
import { chmodSync, mkdirSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { run, until } from './programs.mjs'

/** @param {Awaited<ReturnType<typeof import('./cluster.mjs')['startCluster']>>} cluster */
export async function openRest(cluster) {
  const folder = join(cluster.runDir, 'rest')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  const socketPath = join(folder, 'socket')
  // It refuses to run as root and as Slurm's own user.
  const user = cluster.isRoot ? { uid: Number(await run('id', ['-u', 'nobody'])), gid: Number(await run('id', ['-g', 'nobody'])) } : {}
  const env = cluster.isRoot ? cluster.env : { ...cluster.env, SLURMRESTD_SECURITY: 'disable_user_check' }
  cluster.start('slurmrestd', ['-f', cluster.conf, '-a', 'rest_auth/local', '-s', 'openapi/v0.0.38', `unix:${socketPath}`], { ...user, env })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (method, path, body) => new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }
    request({ socketPath, agent, method, path: `/slurm/v0.0.38/${path}`, headers }, (response) => {
      let said = ''
      response.setEncoding('utf8').on('data', chunk => said += chunk).on('error', reject).on('end', () => {
        if (response.statusCode === 200)
          resolve(JSON.parse(said))
        else
          reject(new Error(`slurmrestd answered ${response.statusCode}: ${said.slice(0, 300)}`))
      })
    }).on('error', reject).end(text)
  })
  await until('slurmrestd answers', () => ask('GET', 'ping'))
  return {
    /** Returns the job's id. */
    async submit(script, more = {}) {
      const { job_id: id } = await ask('POST', 'job/submit', {
        script,
        job: { name: 'bench', partition: 'main', tasks: 1, time_limit: 5, current_working_directory: cluster.jobsDir, standard_output: '/dev/null', standard_error: '/dev/null', environment: { PATH: '/usr/bin:/bin' }, ...more },
      })
      return id
    },
    close: () => agent.destroy(),
  }
}
