import type { EventName, EventPayload } from '../../contract/calls'
import type { Client } from '../../contract/router'
import type { Lab } from '../../lab'
import type { RemoteClient } from '../socket/client'
import type { SocketServer } from '../socket/server'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { TrancheError } from '../../contract/errors'
import { connectSocket } from '../socket/client'
import { connectionLoss } from '../socket/protocol'

/** Whoever owns the state folder: this process, or one that answers over its socket. */
export interface Owner {
  readonly pid: number
  readonly kind: 'app' | 'serve' | 'cli'
  readonly self: boolean
}

/** A way to the lab that holds as long as its owner does. */
export interface Link extends Client {
  readonly owner: Owner
  readonly on: <N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void) => () => void
  /** Resolves when the owner is gone; never for a lab of this process. */
  readonly gone: Promise<void>
  readonly close: () => Promise<void>
}

export interface LinkOptions {
  readonly stateDir: string
  /** Whether a lab opened here runs the queued jobs. */
  readonly runJobs: boolean
  /** Whether a lab opened here answers others meanwhile: for all that takes longer than a moment. */
  readonly serve: boolean
  /** Tells a person why it takes long. */
  readonly talk: (line: string) => void
}

/** A command line that owns the folder for one short call does not listen; it is waited for. */
const patienceMs = 15_000
const talkAfterMs = 1500
const answerMs = 5000
const retryMs = 50

/**
 * Finds the owner of a state folder, or becomes it.
 *
 * The socket is tried first: that is quick, and spares loading the database. Only the folder's lock decides who owns it, so
 * two that find no socket at the same moment cannot both open it; the other one tries again until the first listens or is done.
 *
 * @throws TrancheError `state_owned` if an owner keeps the folder and does not answer
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const startedMs = Date.now()
  let told = false
  for (;;) {
    const remote = await connectSocket(options.stateDir)
    const met = remote ? await introduce(remote) : 'gone'
    if (typeof met === 'object')
      return met
    const outcome = await openHere(options)
    if ('owner' in outcome)
      return outcome
    const waitedMs = Date.now() - startedMs
    if (met === 'silent' || waitedMs > patienceMs)
      throw unreachable(outcome, options.stateDir, met === 'silent')
    if (!told && waitedMs > talkAfterMs) {
      told = true
      options.talk(`Waiting for ${nameOf(outcome)}, which has the state folder open.`)
    }
    await delay(retryMs)
  }
}

/** `silent`: it listens but does not answer. `gone`: it closed meanwhile; the folder is free, or about to be. */
async function introduce(remote: RemoteClient): Promise<Link | 'silent' | 'gone'> {
  const asked = remote.call('lab.info', {}).catch((thrown: unknown) => {
    if (connectionLoss(thrown))
      return 'gone' as const
    throw thrown
  })
  const info = await Promise.race([asked, delay(answerMs, 'silent' as const, { ref: false })])
  if (typeof info === 'string') {
    remote.close()
    return info
  }
  return {
    owner: { pid: info.pid, kind: info.owner, self: false },
    call: (name, input) => remote.call(name, input),
    on: (event, listener) => remote.on(event, listener),
    gone: remote.closed,
    close: async () => remote.close(),
  }
}

async function openHere({ stateDir, runJobs, serve, talk }: LinkOptions): Promise<Link | TrancheError> {
  const { openHeadlessLab } = await import('../../headless')
  let lab: Lab
  try {
    lab = await openHeadlessLab({ stateDir, owner: 'cli', runJobs })
  }
  catch (thrown) {
    if (thrown instanceof TrancheError && thrown.code === 'state_owned')
      return thrown
    throw thrown
  }
  const server = serve ? await listen(lab, talk) : null
  return {
    owner: { pid: process.pid, kind: 'cli', self: true },
    call: (name, input) => lab.router.call(name, input),
    on: lab.on,
    gone: new Promise(() => undefined),
    async close() {
      await server?.close()
      await lab.close()
    },
  }
}

/** Without a socket the work is still done; only others must wait until it is. */
async function listen(lab: Lab, talk: (line: string) => void): Promise<SocketServer | null> {
  const { serveSocket } = await import('../socket/server')
  return serveSocket(lab).catch((thrown: unknown) => {
    talk(`Other commands on this state folder must wait: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    return null
  })
}

function unreachable(owned: TrancheError, stateDir: string, listens: boolean): TrancheError {
  const pid = owned.options.details?.pid
  const does = listens ? 'listens, but does not answer' : 'does not answer'
  return new TrancheError('state_owned', `${capitalised(nameOf(owned))} has the state folder ${stateDir} open and ${does}. `
    + `Wait for it to end, or end it${typeof pid === 'number' ? ` (kill ${pid})` : ''}, then run this again; or name another folder with --state.`, {
    details: owned.options.details,
    retryable: true,
  })
}

function nameOf(owned: TrancheError): string {
  const pid = owned.options.details?.pid
  return typeof pid === 'number' ? `process ${pid}` : 'another process'
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
