import type { RuntimeInfo } from '../lab'
import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { cacheDir } from '../catalog/cacheDir'

/** What this process runs on. */
export interface Running {
  readonly electron: string
  readonly chromium: string
  readonly executable: string
}

/** What the set-up wrote down about the Electron it chose, as far as it is of use here. */
const runtimeRecord = z.object({
  source: z.enum(['download', 'package', 'custom']),
  executable: z.string(),
  chosenBecause: z.string(),
})

/**
 * The runtime of this app, with where it came from: the set-up's record tells, if it is about the very executable that
 * runs; a packaged app, or an Electron that somebody started by hand, has its own.
 */
export function describeRunning({ electron, chromium, executable }: Running, recordFile = join(cacheDir(), 'runtime.json')): RuntimeInfo {
  const record = readRecord(recordFile)
  return record && isSameFile(record.executable, executable)
    ? { electron, chromium, source: record.source, detail: record.chosenBecause }
    : { electron, chromium, source: 'custom', detail: `started from ${executable}` }
}

function readRecord(file: string): z.infer<typeof runtimeRecord> | null {
  try {
    return runtimeRecord.parse(JSON.parse(readFileSync(file, 'utf8')))
  }
  catch {
    return null
  }
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other)
  }
  catch {
    return false
  }
}
