import type { Isolation } from '../../../src-main/contract/model'
import type { ChildProcess } from '../../../src-main/runtime/processHost'
import type { ConfineRules } from '../../../src-main/runtime/worker/confine/confine'
import type { AttemptName } from './attempts'
import type { ToConfined } from './entry'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { nodeProcessHost } from '../../../src-main/runtime/nodeProcessHost'
import { repoRoot } from '../serve'

export interface Outcome {
  readonly ok: boolean
  readonly value?: unknown
  readonly why?: string
}

export interface Confined {
  readonly pid: number
  /** What `confine` answered; null where it was not asked to. */
  readonly isolation: Isolation | null
  readonly attempt: (name: AttemptName, ...given: string[]) => Promise<Outcome>
  readonly exited: Promise<string | null>
}

/** Bundles the stand-in worker as the build bundles the real one, into the application's folder. Returns its path. */
export async function bundleConfined(): Promise<{ readonly entry: string, readonly remove: () => void }> {
  const { build } = await import('vite')
  mkdirSync(join(repoRoot, 'out'), { recursive: true })
  const outDir = mkdtempSync(join(repoRoot, 'out', 'test-'))
  await build({
    configFile: false,
    logLevel: 'warn',
    root: repoRoot,
    build: {
      ssr: join('test', 'helpers', 'confine', 'entry.ts'),
      outDir,
      target: 'node20',
      rollupOptions: { output: { format: 'es', entryFileNames: 'entry.mjs', chunkFileNames: '[name].mjs' } },
    },
  })
  return { entry: join(outDir, 'entry.mjs'), remove: () => rmSync(outDir, { recursive: true, force: true }) }
}

/** Starts the stand-in as a lab starts its workers, and has it confine itself, or not (null). It is killed when the test ends. */
export async function startConfined(entry: string, rules: ConfineRules | null): Promise<Confined> {
  const child = nodeProcessHost({ onLog: (_name, line) => console.log(line) }).fork(entry, { name: 'confined', env: {} })
  const exited = new Promise<string | null>(resolve => child.onExit(({ code, signal }) => resolve(signal ?? String(code))))
  onTestFinished(() => child.kill())
  const next = answers(child)
  await next()
  const ask = (message: ToConfined) => {
    child.send(message)
    return next()
  }
  const isolation = rules && (await ask({ confine: rules }) as { isolation: Isolation }).isolation
  if (child.pid === undefined)
    throw new Error('The confined process did not start')
  return { pid: child.pid, isolation, exited, attempt: async (attempt, ...given) => await ask({ attempt, given }) as Outcome }
}

/** The child's messages, one at a time; a child that ends answers nothing more. */
function answers(child: ChildProcess): () => Promise<unknown> {
  const waiting: ((message: unknown) => void)[] = []
  child.onMessage(message => waiting.shift()?.(message))
  child.onExit(({ code, signal }) => waiting.forEach(tell => tell({ ok: false, why: `ended by ${signal ?? code}` })))
  return () => new Promise(resolve => waiting.push(resolve))
}
