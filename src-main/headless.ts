import type { Lab, LabOptions, RuntimeInfo } from './lab'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { cacheDir } from './catalog/cacheDir'
import { openLab } from './lab'
import { nodeProcessHost } from './runtime/nodeProcessHost'

export interface HeadlessOptions extends Pick<LabOptions, 'stateDir' | 'owner' | 'runJobs'> {
  /** Each line that a worker prints. */
  readonly onWorkerLog?: (name: string, line: string) => void
}

/**
 * Opens the same lab as the app, without a window and in plain Node: for the command line, for servers, for tests.
 *
 * @throws TrancheError `state_owned` while another process owns the folder, and whatever else `openLab` throws
 */
export async function openHeadlessLab({ stateDir, owner, runJobs, onWorkerLog }: HeadlessOptions): Promise<Lab> {
  const runtime: RuntimeInfo = {
    electron: null,
    chromium: null,
    source: 'none',
    detail: `the command line needs none; for the window: ${describeRuntime(installedRuntime())}`,
  }
  return openLab({ stateDir, owner, runJobs, runtime, processHost: nodeProcessHost({ onLog: onWorkerLog }) })
}

/** The part that concerns the doors of what the set-up wrote down about the Electron it chose. */
const runtimeRecord = z.object({
  electron: z.string(),
  chromium: z.string(),
  source: z.enum(['download', 'package', 'custom']),
})

/** The Electron that the set-up chose for the window, or null before it has chosen one. */
function installedRuntime(): z.infer<typeof runtimeRecord> | null {
  try {
    return runtimeRecord.parse(JSON.parse(readFileSync(join(cacheDir(), 'runtime.json'), 'utf8')))
  }
  catch {
    return null
  }
}

const sources = { download: 'Electron\'s own release', package: 'found in a package', custom: 'chosen by hand' } as const

function describeRuntime(installed: z.infer<typeof runtimeRecord> | null): string {
  return installed
    ? `Electron ${installed.electron} with Chromium ${installed.chromium}, ${sources[installed.source]}`
    : 'none is set up yet, npm start fetches one'
}
