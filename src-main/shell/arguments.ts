import { resolve } from 'node:path'

export interface AppArguments {
  /** Absolute path that `--state` named, or null when it was not given. */
  readonly stateDir: string | null
  /** What is wrong with the command line, for the person who wrote it; null when nothing is. */
  readonly problem: string | null
}

/**
 * Reads the app's own arguments from a full command line. All else on it (the executable, the app's path, Chromium's
 * switches, which Electron leaves in place) is not ours to judge and is passed over.
 */
export function readArguments(argv: readonly string[], currentDir: string): AppArguments {
  let stateDir: string | null = null
  for (const [index, argument] of argv.entries()) {
    const value = argument === '--state' ? argv[index + 1] : valueOf(argument)
    if (argument !== '--state' && value === null)
      continue
    if (!value || value.startsWith('--'))
      return { stateDir: null, problem: '--state needs a folder after it: --state DIR' }
    stateDir = resolve(currentDir, value)
  }
  return { stateDir, problem: null }
}

function valueOf(argument: string): string | null {
  return argument.startsWith('--state=') ? argument.slice('--state='.length) : null
}
