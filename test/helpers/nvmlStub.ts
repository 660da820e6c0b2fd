import type { ProcessHost } from '../../src-main/runtime/processHost'
import { execFileSync } from 'node:child_process'
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, onTestFinished } from 'vitest'
import { openNvml } from '../../src-main/inventory/nvml/client'
import { nodeProcessHost } from '../../src-main/runtime/nodeProcessHost'
import { repoRoot } from './serve'
import { tempDir } from './tempDir'

const source = join(repoRoot, 'test', 'fixtures', 'nvml-stub', 'stub.c')
/** The process that holds NVML, as the build makes it. */
export const nvmlEntry = join(repoRoot, 'out', 'main', 'nvml.js')

/** UUIDs of the stub's GPUs. */
export const a100 = 'GPU-5a1c0000-0000-4000-8000-00000000a100'
export const t4 = 'GPU-5a1c0000-0000-4000-8000-000000000014'

/** Why the stub cannot be used here, or null. */
export function whyNoStub(): string | null {
  if (process.platform !== 'linux')
    return 'the stand-in for NVML is a Linux library'
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' })
    return null
  }
  catch {
    return 'there is no C compiler (cc) here'
  }
}

/** Compiles the stub once for a test file; `old` is a driver of the first MIG days. */
export function compileStub(): (kind: 'new' | 'old') => string {
  const folder = mkdtempSync(join(tmpdir(), 'tranche-nvml-stub-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (kind) => {
    const library = join(folder, `${kind}.so`)
    if (!existsSync(library))
      execFileSync('cc', ['-shared', '-fPIC', ...(kind === 'old' ? ['-DOLD'] : []), '-o', library, source, '-ldl'])
    return library
  }
}

export interface StubOptions {
  readonly deadlineMs?: number
  /** Another library in the stub's place. */
  readonly library?: string
}

/** NVML in a real process of its own, over a stub with state of its own. The process ends with the test. */
export function startStub(compiled: string, { deadlineMs = 20_000, library }: StubOptions = {}) {
  const folder = tempDir()
  const path = library ?? join(folder, 'libnvidia-ml.so')
  if (!library)
    copyFileSync(compiled, path)
  const file = (name: string) => join(folder, name)
  const faults: string[] = []
  const pids: (number | undefined)[] = []
  const node = nodeProcessHost()
  const host: ProcessHost = {
    fork(script, options) {
      const child = node.fork(script, options)
      pids.push(child.pid)
      return child
    },
  }
  const client = openNvml(host, nvmlEntry, { library: path, deadlineMs, changeDeadlineMs: deadlineMs, onFault: what => faults.push(what) })
  onTestFinished(() => client.close())
  return {
    client,
    library: path,
    faults,
    /** Pids of the processes that were started, the newest last. */
    pids,
    /** Sets the stub's whims, in place of those it had: see stub.c. */
    behave: (...lines: string[]) => writeFileSync(file('behaviour'), lines.map(line => `${line}\n`).join('')),
    /** Functions that were called, in order, since the last time this was asked. */
    calls(): string[] {
      const called = existsSync(file('calls')) ? readFileSync(file('calls'), 'utf8').trim().split('\n') : []
      writeFileSync(file('calls'), '')
      return called
    },
    /** What the stub remembers of its cut: `gi ID PROFILE START SIZE`, `ci GI ID KIND START`. */
    cut: () => existsSync(file('state')) ? readFileSync(file('state'), 'utf8').trim().split('\n').slice(1) : [],
    /** What a reboot does: MIG stays on, the instances are gone. */
    forget: () => writeFileSync(file('state'), 'mig 1 1\n'),
    /** Cuts behind the back of the lab. */
    cutOutside: (...lines: string[]) => appendFileSync(file('state'), lines.map(line => `${line}\n`).join('')),
  }
}
