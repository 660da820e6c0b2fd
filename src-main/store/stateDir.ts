import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { systemCode, TrancheError } from '../contract/errors'

/** Where a person's lab lies unless told otherwise: the platform's folder for application data. */
export function defaultStateDir(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'tranche', 'state')
  if (platform === 'darwin')
    return join(homedir(), 'Library', 'Application Support', 'tranche')
  // XDG Base Directory Specification: a relative XDG_DATA_HOME is to be ignored.
  const base = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(homedir(), '.local', 'share')
  return join(base, 'tranche')
}

/** The places inside a state folder. */
export function statePaths(stateDir: string) {
  return {
    database: join(stateDir, 'tranche.db'),
    ownerLock: join(stateDir, 'owner.lock'),
    ownerNote: join(stateDir, 'owner.json'),
    nvmlLock: join(stateDir, 'nvml.lock'),
    backups: join(stateDir, 'backups'),
    damaged: join(stateDir, 'damaged'),
    blobs: join(stateDir, 'blobs'),
    partial: join(stateDir, 'partial'),
    jobs: join(stateDir, 'jobs'),
    optimised: join(stateDir, 'optimised'),
    workers: join(stateDir, 'workers.json'),
    logs: join(stateDir, 'logs'),
    reserve: join(stateDir, 'reserve'),
    window: join(stateDir, 'window'),
  } as const
}

export type StatePaths = ReturnType<typeof statePaths>

/**
 * Makes the state folder, readable by its owner alone.
 * Throws `invalid_input` where it is not a folder or cannot be written.
 */
export function prepareStateDir(stateDir: string): StatePaths {
  const paths = statePaths(stateDir)
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 })
    if (!statSync(stateDir).isDirectory())
      throw new TrancheError('invalid_input', `The state folder ${stateDir} is a file. Name a folder with --state.`)
    accessSync(stateDir, constants.W_OK | constants.X_OK)
    for (const folder of [paths.backups, paths.jobs, paths.optimised, paths.logs])
      mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  catch (thrown) {
    throw unusable(stateDir, thrown)
  }
  return paths
}

function unusable(stateDir: string, thrown: unknown): unknown {
  switch (systemCode(thrown)) {
    case 'EEXIST':
    case 'ENOTDIR':
      return new TrancheError('invalid_input', `The state folder ${stateDir} is a file, or lies under one. Name a folder with --state.`)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT': // What a recursive mkdir answers on a read-only file system.
      return new TrancheError('invalid_input', `The state folder ${stateDir} cannot be written by this user. Change its permissions, or name another with --state.`)
    default:
      return thrown
  }
}
