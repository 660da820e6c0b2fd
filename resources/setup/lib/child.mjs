import { spawn } from 'node:child_process'
import process from 'node:process'
import { SetupFailure } from './failure.mjs'

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Starts a child that gets the signals this process gets, so that none outlives it unseen.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
function start(command, args, options) {
  const child = spawn(command, args, options)
  running.add(child)
  if (running.size === 1)
    FORWARDED.forEach(signal => process.on(signal, forward))
  child.once('close', () => {
    running.delete(child)
    if (running.size === 0)
      FORWARDED.forEach(signal => process.off(signal, forward))
  })
  return child
}

/** @type {NodeJS.Signals | undefined} */
let interruptedBy

/** @param {NodeJS.Signals} signal */
function forward(signal) {
  interruptedBy = signal
  for (const child of running)
    child.kill(signal)
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 * @returns {number} the exit code a shell would report
 */
function exitCode(code, signal) {
  if (code !== null)
    return code
  return { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }[/** @type {string} */ (signal)] ?? 1
}

/**
 * @typedef {object} CaptureOptions
 * @property {string} [cwd] the folder it runs in
 * @property {NodeJS.ProcessEnv} [env] its whole environment
 * @property {(line: string) => void} [onLine] called for each line as it comes
 * @property {AbortSignal} [signal] ends the child
 */

/**
 * Runs a program to its end and keeps what it prints.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CaptureOptions} [options]
 * @returns {Promise<{code: number, output: string}>} stdout and stderr as they came; code 127 when the program is not there
 * @throws {SetupFailure} when the person at the terminal interrupted it
 */
export function capture(command, args, { cwd, env, onLine, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let rest = ''
    const take = (/** @type {string} */ text) => {
      output += text
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (onLine)
        lines.forEach(onLine)
    }
    child.stdout?.setEncoding('utf8').on('data', take)
    child.stderr?.setEncoding('utf8').on('data', take)
    child.on('error', error => output += `${error.message}\n`)
    child.on('close', (code, by) => {
      if (interruptedBy)
        reject(new SetupFailure(`interrupted (${interruptedBy})`, 'run the same command again; it goes on where it stopped'))
      else
        resolve({ code: code !== null && code < 0 ? 127 : exitCode(code, by), output })
    })
  })
}

/**
 * Runs a program that talks to the person itself: its input and output are this process's own.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<number>} its exit code
 */
export function handOver(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, { ...options, stdio: 'inherit' })
    child.on('error', error => reject(new SetupFailure(`${command} could not be started: ${error.message}`)))
    child.on('close', (code, signal) => resolve(exitCode(code, signal)))
  })
}
