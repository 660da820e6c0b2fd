import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

const HEARTBEAT_MS = 5_000
const STALE_MS = 60_000
const POLL_MS = 250

/**
 * One lock for all set-ups of a user on a machine, whatever clone or cache they work on: they share both.
 *
 * @returns {string} an absolute path
 */
function lockFile() {
  return join(tmpdir(), `tranche-setup-${userInfo().username.replaceAll(/\W/g, '_')}.lock`)
}

/**
 * Waits until no other set-up runs, then takes the lock. A lock whose process is gone, or which has not been refreshed for
 * a minute (its process id may belong to another by now), is taken over.
 *
 * @param {(holder: number) => void} onWait called once when there is someone to wait for
 * @param {string} [file]
 * @returns {Promise<() => void>} gives the lock back
 */
export async function takeLock(onWait, file = lockFile()) {
  let told = false
  while (!tryCreate(file)) {
    const holder = holderOf(file)
    if (holder === undefined)
      continue
    if (isGone(holder, file)) {
      removeIfHeldBy(file, holder)
      continue
    }
    if (!told)
      onWait(holder)
    told = true
    await sleep(POLL_MS)
  }
  const heartbeat = setInterval(() => refresh(file), HEARTBEAT_MS)
  heartbeat.unref()
  const giveBack = () => {
    clearInterval(heartbeat)
    process.off('exit', giveBack)
    removeIfHeldBy(file, process.pid)
  }
  process.on('exit', giveBack)
  return giveBack
}

/** @param {string} file */
function refresh(file) {
  if (holderOf(file) === process.pid)
    utimesSync(file, new Date(), new Date())
}

/** @param {string} file */
function tryCreate(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  }
  catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST')
      return false
    throw error
  }
}

/**
 * @param {string} file
 * @returns {number | undefined} nothing when the lock went away meanwhile; 0 while its holder is still writing
 */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  }
  catch {
    return undefined
  }
}

/**
 * @param {number} pid
 * @param {string} file
 */
function isGone(pid, file) {
  const refreshedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (Date.now() - refreshedAt > STALE_MS)
    return true
  if (pid === 0)
    return false
  try {
    process.kill(pid, 0)
    return false
  }
  catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH'
  }
}

/**
 * Moves the lock aside before looking into it, so that two who find it stale do not remove each other's new one.
 *
 * @param {string} file
 * @param {number} pid
 */
function removeIfHeldBy(file, pid) {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
    if (holderOf(aside) === pid)
      rmSync(aside)
    else
      renameSync(aside, file)
  }
  catch {
    // Someone else removed it first: nothing is left to do.
  }
}
