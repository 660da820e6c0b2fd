import type { StatePaths } from '../../src-main/store/stateDir'
import type { Store } from '../../src-main/store/store'
import { join } from 'node:path'
import { createKeeping } from '../../src-main/keeping/service'
import { databaseThread } from '../../src-main/keeping/thread/databaseThread'
import { repoRoot } from './serve'

export const thread = databaseThread(join(repoRoot, 'out', 'main', 'databaseThread.js'))

/** What keeps a lab, with the thread as it was built and a clock of the test's own. */
export function keepingOf(stateDir: string, paths: StatePaths, store: Store, nowMs: () => number, faults: unknown[] = []) {
  return createKeeping({ store, stateDir, paths, thread, version: '0.0.0-test', nowMs, changes: { job: () => {} }, log: { info: () => {}, error: (fault: unknown) => void faults.push(fault) } })
}
