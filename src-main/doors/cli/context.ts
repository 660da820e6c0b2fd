import type { Command } from 'commander'
import type { ExitStatus } from './exitStatus'
import type { Sink } from './output'
import type { OpenSession, Session } from './session'
import { resolve } from 'node:path'
import { defaultStateDir } from '../../store/stateDir'
import { Output } from './output'

/** The world that the command line runs in: the process itself, or a test's stand-in. */
export interface CliHost {
  readonly stdout: Sink
  readonly stderr: Sink
  /** Opened only by a verb that reads it. */
  readonly stdin: () => StandardInput
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly openSession: OpenSession
  /** Aborted when no one reads stdout any more. */
  readonly unread: AbortSignal
}

export type StandardInput = AsyncIterable<Uint8Array> & { readonly isTTY?: boolean }

/** Options of every verb. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly state?: string
}

/** What a verb works with. */
export interface VerbContext {
  readonly output: Output
  readonly stateDir: string
  readonly cwd: string
  readonly stdin: () => StandardInput
  readonly unread: AbortSignal
  /** Reaches the lab for the time of the work: `run` where queued jobs should run in this process if no other owns the folder. */
  readonly withLab: <T>(purpose: LabPurpose, work: (session: Session) => Promise<T>) => Promise<T>
}

/**
 * `ask`: a moment. `stay`: for longer, so others are answered meanwhile. `run`: stays, and runs the queued jobs.
 */
export type LabPurpose = 'ask' | 'stay' | 'run'

export type Verb = (context: VerbContext) => Promise<ExitStatus | void>
/** What a verb's file is given to hang its action on. */
export type Act = (command: Command, verb: Verb) => Promise<void>

export function createContext(host: CliHost, globals: GlobalOptions): VerbContext {
  const output = new Output({ ...host, json: globals.json ?? false })
  const stateDir = globals.state === undefined ? defaultStateDir() : resolve(host.cwd, globals.state)
  return {
    output,
    stateDir,
    cwd: host.cwd,
    stdin: host.stdin,
    unread: host.unread,
    async withLab(purpose, work) {
      const session = host.openSession({
        stateDir,
        runJobs: purpose === 'run',
        serve: purpose !== 'ask',
        talk: line => output.talk(line),
      })
      try {
        return await work(session)
      }
      finally {
        await session.close()
      }
    },
  }
}
