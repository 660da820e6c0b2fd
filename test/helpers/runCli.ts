import type { Handlers } from '../../src-main/contract/router'
import type { CliHost } from '../../src-main/doors/cli/context'
import type { LinkOptions, Owner } from '../../src-main/doors/cli/link'
import { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'
import { runCli } from '../../src-main/doors/cli/run'
import { answeringLab } from './answeringLab'

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** How each session was opened. */
  readonly opened: readonly LinkOptions[]
}

export interface RunOptions {
  readonly handlers?: Partial<Handlers>
  readonly owner?: Owner
  readonly cwd?: string
  readonly terminal?: boolean
  readonly env?: CliHost['env']
  /** What standard input holds. */
  readonly stdin?: string | Uint8Array
  readonly columns?: number
}

/** Runs a command line in this process against a fake lab. */
export async function run(args: readonly string[], { handlers = {}, owner = { pid: 4711, kind: 'cli', self: true }, cwd = '/', terminal = false, env = {}, stdin = '', columns = 60 }: RunOptions = {}): Promise<Ran> {
  const said = { stdout: '', stderr: '' }
  const opened: LinkOptions[] = []
  const { router } = answeringLab('/nowhere', handlers)
  const sink = (name: 'stdout' | 'stderr') => ({ isTTY: terminal, columns, write: (text: string) => said[name] += text })
  const status = await runCli(args, {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stdin: () => Readable.from([Buffer.from(stdin)]),
    env,
    cwd,
    unread: new AbortController().signal,
    openSession(options) {
      opened.push(options)
      return { call: router.call, owner: async () => owner, change: async () => undefined, close: async () => undefined }
    },
  })
  return { status, ...said, opened }
}
