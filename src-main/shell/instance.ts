import type { StatePaths } from '../store/stateDir'
import { mkdirSync, mkdtempSync, readlinkSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { app } from 'electron'

/** Whether this process is the one that shows the state folder: alone on it, or beside an app that already does. */
export type Instance = { readonly first: true } | { readonly first: false, readonly pid: number }

/**
 * Puts Chromium's own files into the state folder, so that apps on different folders never meet, and finds out whether
 * another app shows this folder already; that one is told, and brings its window forward. Call it before `ready`.
 *
 * A folder that cannot be written is no reason to fail here: Chromium then works in a temporary one, and the lab says
 * what is wrong when it opens.
 */
export function takeInstance(paths: StatePaths): Instance {
  try {
    mkdirSync(paths.window, { recursive: true, mode: 0o700 })
    app.setPath('userData', paths.window)
  }
  catch {
    app.setPath('userData', mkdtempSync(join(tmpdir(), 'tranche-')))
  }
  if (app.requestSingleInstanceLock())
    return { first: true }
  const pid = holderOf(app.getPath('userData'))
  return pid === null ? { first: true } : { first: false, pid }
}

/**
 * The live process on this machine that holds Chromium's lock, which is a link to `HOST-PID`. Null where there is none:
 * Chromium also refuses a lock that was left under this machine's earlier name, or a file system without links. The
 * lab's own lock, which cannot go stale, decides then.
 */
function holderOf(userData: string): number | null {
  try {
    const [, host, pid] = /^(.*)-(\d+)$/.exec(readlinkSync(join(userData, 'SingletonLock'))) ?? []
    if (host !== hostname())
      return null
    process.kill(Number(pid), 0)
    return Number(pid)
  }
  catch {
    return null
  }
}
