import type { RemoteClient } from '../../src-main/doors/socket/client'
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { connectSocket } from '../../src-main/doors/socket/client'

export const repoRoot = resolve(import.meta.dirname, '..', '..')
export const cliEntry = join(repoRoot, 'out', 'main', 'cli.js')

export interface Served {
  readonly pid: number
  readonly client: RemoteClient
  /** kill -9, and waits until the process is gone. */
  readonly kill: () => Promise<void>
  /** Asks it to end, as a service manager would; resolves with its exit code. */
  readonly stop: () => Promise<number | null>
}

/** A lab in a process of its own, as `tranche serve` runs it, with a connection to it. */
export async function serve(stateDir: string, env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const child = spawn(process.execPath, [cliEntry, 'serve', '--state', stateDir, '--json'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const gone = new Promise<number | null>(done => child.once('exit', code => done(code)))
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', chunk => said += String(chunk))
  await new Promise<void>((ready, fail) => {
    child.stdout.once('data', () => ready())
    void gone.then(code => fail(new Error(`serve ended with ${code}: ${said}`)))
  })
  const client = await connectSocket(stateDir)
  if (!client || child.pid === undefined)
    throw new Error(`serve does not answer: ${said}`)
  return {
    pid: child.pid,
    client,
    async kill() {
      child.kill('SIGKILL')
      await gone
      client.close()
    },
    async stop() {
      client.close()
      child.kill('SIGTERM')
      return gone
    },
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  }
  catch {
    return false
  }
}

/** Waits until `holds` answers true; fails, saying what it waited for, after `limitMs`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const endsAt = Date.now() + limitMs
  while (!await holds()) {
    if (Date.now() > endsAt)
      throw new Error(`${what}: not within ${limitMs} ms`)
    await sleep(10)
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
