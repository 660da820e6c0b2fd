import type { Job } from '../../contract/model'
import type { Output } from './output'
import type { Session } from './session'
import { setTimeout as delay } from 'node:timers/promises'
import { inputNouns } from './jobReport'
import { Pace } from './pace'

/** How long to go without looking when nothing is heard. */
const quietMs = 1000
/** Reading a job with very many inputs costs the owner time: look at most this part of the time. */
const lookingShare = 0.1
const minPauseMs = 100

export interface Followed {
  readonly job: Job
  /** False where the person stopped waiting before the job's end. */
  readonly ended: boolean
  readonly deviceName: string | null
}

/**
 * Waits for the end of a job, across the ends of the processes that run it, and tells how it goes. `look` gets the job each
 * time it was read, the last time at its end.
 */
export async function followJob(lab: Session, id: string, output: Output, look: (job: Job) => Promise<void>, signal: AbortSignal): Promise<Followed> {
  const pace = new Pace()
  const names = new DeviceNames(lab)
  for (;;) {
    const askedMs = performance.now()
    const job = await lab.call('jobs.get', { id })
    const tookMs = performance.now() - askedMs
    const deviceName = job.slice && await names.of(job.slice.device)
    await look(job)
    const ended = job.state === 'done' || job.state === 'failed' || job.state === 'cancelled'
    if (ended || signal.aborted)
      return { job, ended, deviceName }
    output.progress(progressLine(job, deviceName, pace.rate(job.counts.done + job.counts.failed, askedMs)))
    await delay(Math.max(minPauseMs, tookMs / lookingShare), undefined, { signal }).catch(() => undefined)
    await lab.change(quietMs, signal)
  }
}

/** `12/40 pictures, 3.4/s, 3g.40gb on Virtual A100`. */
export function progressLine({ id, state, recipe, counts, slice, waiting, moving, serving }: Job, deviceName: string | null, rate: number | null): string {
  if (state === 'suspended')
    return `suspended: \`tranche resume ${id}\` lets it go on`
  if (state === 'queued' || !slice)
    return waiting ? `queued: ${waiting}` : 'queued'
  const done = serving ? 'serving' : `${counts.done + counts.failed}/${counts.total} ${inputNouns[recipe]}${counts.total === 1 ? '' : 's'}`
  return [
    done,
    ...rate === null ? [] : [`${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`],
    `${slice.profile} on ${deviceName ?? slice.device}`,
    ...moving ? [`moving to ${moving.slice.profile}`] : [],
  ].join(', ')
}

class DeviceNames {
  private readonly known = new Map<string, string>()

  constructor(private readonly lab: Session) {}

  async of(id: string): Promise<string | null> {
    if (!this.known.has(id)) {
      for (const device of await this.lab.call('devices.list', {}))
        this.known.set(device.id, device.name)
    }
    return this.known.get(id) ?? null
  }
}
