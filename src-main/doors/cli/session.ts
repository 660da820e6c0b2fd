import type { CallInput, CallName, CallOutput } from '../../contract/calls'
import type { Client } from '../../contract/router'
import type { Link, LinkOptions, Owner } from './link'
import { connectionLoss } from '../socket/protocol'
import { openLink } from './link'

/** The lab as a verb sees it: one that stays reachable when its owner ends. */
export interface Session extends Client {
  /** Who answers; opens the lab if need be. */
  readonly owner: () => Promise<Owner>
  /** Resolves when jobs, devices or the catalog changed, the owner went away, the wait was cut short, or the time is over. */
  readonly change: (timeoutMs: number, signal?: AbortSignal) => Promise<void>
  readonly close: () => Promise<void>
}

export type OpenSession = (options: LinkOptions) => Session

/** Calls that can be asked twice without harm. */
const repeatable: ReadonlySet<CallName> = new Set([
  'lab.info',
  'lab.acknowledge',
  'doctor.run',
  'devices.list',
  'devices.use',
  'devices.health',
  'lab.models',
  'lab.isolation',
  'backends.list',
  'models.estimate',
  'profiles.list',
  'layouts.list',
  'layouts.export',
  'slices.offers',
  'slices.explain',
  'slices.plan',
  'leases.list',
  'smi.import',
  'catalog.list',
  'catalog.pull',
  'jobs.list',
  'jobs.get',
  'jobs.moveTargets',
  'jobs.result',
  'jobs.export',
  'jobs.waveform',
  'events.list',
] satisfies CallName[])

/**
 * Opens the lab on the first call. When its owner ends, the next call finds the new owner or makes this process the owner:
 * so one `submit --wait` carries on where another left off. A call whose fate is unknown is asked again only if that
 * can do no harm.
 */
export const openSession: OpenSession = options => new LabSession(options)

class LabSession implements Session {
  private link: Promise<Link> | null = null
  private closed = false
  private formerPid: number | null = null
  /** Changes heard of, and how many of them `change` has told. */
  private heard = 0
  private told = 0
  private wake: () => void = () => undefined

  constructor(private readonly options: LinkOptions) {}

  async owner(): Promise<Owner> {
    return (await this.reach()).owner
  }

  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    for (;;) {
      const link = await this.reach()
      try {
        return await link.call(name, input)
      }
      catch (thrown) {
        const loss = connectionLoss(thrown)
        const harmless = loss === 'closing' || (loss === 'lost' && repeatable.has(name))
        if (this.closed || !harmless)
          throw thrown
        await link.gone
      }
    }
  }

  async change(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    await this.reach()
    if (this.heard === this.told && !signal?.aborted)
      await this.sleep(timeoutMs, signal)
    this.told = this.heard
  }

  async close(): Promise<void> {
    this.closed = true
    const link = await this.link?.catch(() => null)
    this.link = null
    await link?.close()
  }

  private sleep(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      timer = setTimeout(done, timeoutMs)
      signal?.addEventListener('abort', done)
      this.wake = done
    })
  }

  private reach(): Promise<Link> {
    this.link ??= this.open()
    return this.link
  }

  private async open(): Promise<Link> {
    const link = await openLink(this.options).catch((thrown: unknown) => {
      this.link = null
      throw thrown
    })
    if (this.formerPid !== null && link.owner.self)
      this.options.talk(`Process ${this.formerPid}, which had the state folder open, has ended. This one goes on in its place.`)
    this.formerPid = link.owner.pid
    link.on('changed', () => this.hear())
    void link.gone.then(() => {
      this.link = null
      this.hear()
    })
    return link
  }

  private hear(): void {
    this.heard++
    this.wake()
  }
}
