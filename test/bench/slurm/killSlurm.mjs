import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from './programs.mjs'
import { onSlurm } from './sides.mjs'

/** Long enough that some run at any instant. */
const script = `#!/bin/sh
echo "begun $SLURM_JOB_NAME" >> lines
sleep 0.3
echo "ended $SLURM_JOB_NAME" >> lines
`

/** One round: submits, kills, starts again and waits. See `tally` for what it returns. */
export function killSlurm(afterMs) {
  return onSlurm(async ({ cluster }) => {
    const acknowledged = []
    const path = join(cluster.jobsDir, 'job.sh')
    writeFileSync(path, script, { mode: 0o755 })
    writeFileSync(join(cluster.jobsDir, 'lines'), '')
    let submits = 0
    let isDying = false
    /** Until told to stop. A submit that is under way when the controller dies fails or is given up, and was not acknowledged. */
    const submitUntil = async (afterKill, signal) => {
      while (!signal.aborted) {
        const name = `job-${submits++}`
        const id = await cluster.call('sbatch', ['--parsable', '-J', name, '-o', '/dev/null', path], { signal, killSignal: 'SIGKILL' }).catch((error) => {
          if (!signal.aborted && !isDying)
            throw error
        })
        if (id !== undefined)
          acknowledged.push({ name, id, afterKill })
      }
    }
    const stop = new AbortController()
    const submitting = submitUntil(false, stop.signal)
    await Promise.race([sleep(afterMs), submitting])
    isDying = true
    await cluster.killController()
    stop.abort()
    await submitting
    isDying = false
    const from = performance.now()
    await cluster.restartController()
    const backMs = performance.now() - from
    await submitUntil(true, AbortSignal.timeout(1000))
    await until('nothing waits or runs', cluster.isIdle, 60_000).catch(() => {})
    const told = (await cluster.call('squeue', ['-h', '-t', 'all', '-o', '%A %j %T'])).split('\n').filter(Boolean).map(line => line.split(' '))
    const lines = readFileSync(join(cluster.jobsDir, 'lines'), 'utf8').split('\n').map(line => line.split(' '))
    const named = what => lines.filter(([word]) => word === what).map(([, name]) => name)
    return {
      acknowledged,
      known: new Map(told.map(([id, name]) => [id, name])),
      unended: new Set(told.filter(([, , state]) => ['PENDING', 'RUNNING', 'COMPLETING'].includes(state)).map(([, name]) => name)),
      begun: named('begun'),
      ended: named('ended'),
      backMs,
    }
  })
}
