import Database from 'better-sqlite3'
import { systemCode, TrancheError } from '../../contract/errors'

/** How long an earlier process may take to end once its lab has died or has given it up. */
const patienceMs = 15_000

/**
 * Makes sure that no other process of the same lab is at work in the driver, for as long as this one lives: one that
 * outlives its lab for a moment may still carry a change out, and to look at the GPU meanwhile is to look too early. Waits
 * for such a one. The lock is an open write transaction, as that of the state folder is, and goes with its process.
 *
 * Throws `unsupported` where the other process does not end, because it hangs in the driver.
 *
 * @param path file of the lock
 */
export function createTurn(path: string | undefined): () => void {
  let lock: Database.Database | null = null
  return () => {
    if (path === undefined || lock)
      return
    const taken = new Database(path, { timeout: patienceMs })
    try {
      taken.exec('BEGIN IMMEDIATE')
    }
    catch (thrown) {
      taken.close()
      if (systemCode(thrown)?.startsWith('SQLITE_BUSY'))
        throw new TrancheError('unsupported', 'An earlier process of this lab hangs in the NVIDIA driver, and the GPU may change under it. Restart the host.', { retryable: true })
      throw thrown
    }
    lock = taken
  }
}
