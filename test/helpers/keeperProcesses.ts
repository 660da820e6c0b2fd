import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { cliPath } from './cliProcess'

/** The built thread of the keeper, beside the built command line. */
export const keeperEntry = resolve(process.env.TRANCHE_TEST_KEEPER ?? resolve(dirname(cliPath), 'keeper.js'))

export interface Worker {
  readonly pid: number
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
}

/** Starts `node -e CODE`, resolves when it has printed something, and ends it with the test. */
export async function startNode(code: string): Promise<Worker> {
  const child = spawn(process.execPath, ['-e', `process.stdout.write('ready');${code}`], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return { pid: child.pid ?? 0, child, ended: once(child, 'exit') }
}

/** A process that computes for ever. */
export const startSpinner = () => startNode('setTimeout(() => { for (;;); }, 1)')

/** A process that waits for ever. */
export const startWaiter = () => startNode('setInterval(() => undefined, 1000)')

/** State letter (`T` is stopped) and processor time of a process. Linux only. */
export function statusOf(pid: number): { readonly state: string, readonly cpuMs: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ')
  return { state: fields[0] ?? '', cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 }
}
