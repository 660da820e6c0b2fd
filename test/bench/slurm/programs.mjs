import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const needed = ['munged', 'munge', 'slurmctld', 'slurmd', 'sbatch', 'scontrol', 'squeue', 'sinfo', 'scancel']
/** Debian has the daemons where an ordinary user's path does not lead. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']

/** Full path of a program, or null. */
export function findProgram(name) {
  return folders.filter(Boolean).map(folder => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    }
    catch {
      return false
    }
  }) ?? null
}

export function missingPrograms() {
  return needed.filter(name => findProgram(name) === null)
}

/** Runs a program to its end. Returns what it printed, without the last line break; rejects if it fails. */
export async function run(name, args, options = {}) {
  const { stdout } = await execute(findProgram(name) ?? name, args, { maxBuffer: 1 << 26, ...options })
  return stdout.trimEnd()
}

/** Starts a program that goes on until it is told to end. */
export function startDaemon(name, args, options = {}) {
  const child = spawn(findProgram(name) ?? name, args, { stdio: 'ignore', ...options })
  const gone = once(child, 'exit')
  const withBench = () => child.kill('SIGTERM')
  process.once('exit', withBench)
  return {
    name,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    /** Asks it to end, or makes it; resolves once it is gone. */
    async end(signal = 'SIGTERM') {
      process.off('exit', withBench)
      if (child.exitCode === null && child.signalCode === null)
        child.kill(signal)
      await gone
    },
  }
}

/** Tries until it holds; says what it waited for after `limitMs`. */
export async function until(what, holds, limitMs = 30_000) {
  const endsAt = performance.now() + limitMs
  while (!await Promise.resolve().then(holds).catch(() => false)) {
    if (performance.now() > endsAt)
      throw new Error(`${what}: not within ${limitMs / 1000} s`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
