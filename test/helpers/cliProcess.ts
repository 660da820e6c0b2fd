import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'

/** The built command line; `TRANCHE_TEST_CLI` names another build of it. */
export const cliPath = resolve(process.env.TRANCHE_TEST_CLI ?? 'out/main/cli.js')

export interface Ended {
  /** Exit status, or null where a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly pid: number
  readonly ended: Promise<Ended>
  /** Resolves when stdout or stderr has said this. */
  readonly said: (pattern: RegExp) => Promise<string>
}

/** Starts `tranche ARGS` with `input` on its standard input, and ends it with the test at the latest. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = ''): Running {
  if (!existsSync(cliPath))
    throw new Error(`${cliPath} is missing: npm run build`)
  const child = spawn(process.execPath, [cliPath, ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '', ...env } })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  // One that ends without reading it is no fault of the test.
  child.stdin.on('error', () => undefined).end(input)
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.stdout += text)
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.stderr += text)
  const ended = new Promise<Ended>(resolve => child.once('close', status => resolve({ status, ...said })))
  return {
    child,
    pid: child.pid ?? 0,
    ended,
    said: pattern => new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(`${said.stdout}\n${said.stderr}`)
        if (found)
          resolve(found[0])
      }
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      void ended.then(({ status }) => reject(new Error(`It ended with ${status} and did not say ${pattern}:\n${said.stdout}\n${said.stderr}`)))
      look()
    }),
  }
}

/** Runs `tranche ARGS` to its end. */
export function cli(...args: string[]): Promise<Ended> {
  return startCli(args).ended
}

/** Runs `tranche ARGS --json`; all of its stdout must be one JSON value. */
export async function cliJson(...args: string[]): Promise<Ended & { readonly answer: never }> {
  const ended = await cli(...args, '--json')
  try {
    return { ...ended, answer: JSON.parse(ended.stdout) as never }
  }
  catch {
    throw new Error(`Not JSON alone on stdout (status ${ended.status}):\n${ended.stdout}\n${ended.stderr}`)
  }
}

/** A process that is there and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  }
  catch {
    return false
  }
}
