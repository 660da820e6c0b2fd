import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { repoRoot } from '../../../resources/setup/lib/paths.mjs'

export const cliEntry = join(repoRoot, 'out', 'main', 'cli.js')

/**
 * A lab in a process of its own, as `tranche serve` runs it.
 *
 * @param {(stateDir: string) => Promise<any>} connectSocket from lib/parts.ts
 * @param {string} stateDir a new folder unless given
 */
export async function startLab(connectSocket, stateDir = mkdtempSync(join(tmpdir(), 'tranche-bench-'))) {
  const child = spawn(process.execPath, [cliEntry, 'serve', '--state', stateDir, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  const client = await connectSocket(stateDir)
  return {
    client,
    stateDir,
    /** Submits, and resolves with the job once it has ended. */
    async run(submission) {
      let id
      const hasEnded = async () => {
        const job = id === undefined ? undefined : await client.call('jobs.get', { id })
        return job === undefined || job.state === 'queued' || job.state === 'running' ? undefined : job
      }
      let tell
      const ended = new Promise((resolve, reject) => tell = () => hasEnded().then(job => job && resolve(job), reject))
      const off = client.on('changed', tell)
      id = (await client.call('jobs.submit', submission)).id
      tell()
      return ended.finally(off)
    },
    /** kill -9; the state folder stays. */
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
      client.close()
    },
    async stop() {
      client.close()
      child.kill('SIGTERM')
      await once(child, 'exit')
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}
