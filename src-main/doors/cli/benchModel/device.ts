import type { CallInput } from '../../../contract/calls'
import type { Device } from '../../../contract/model'
import type { Output } from '../output'
import type { Session } from '../session'
import { setTimeout as delay } from 'node:timers/promises'
import { toErrorShape } from '../../../contract/errors'

/** A worker that does not come to its batch's end is ended after five seconds; until then its slice is held. */
const patienceMs = 20_000
const retryMs = 200

/** Adds a virtual GPU for the time of the work, and removes it with all its jobs however the work ends. */
export async function withDevice<T>(lab: Session, addition: CallInput<'lab.add'>, output: Output, work: (device: Device) => Promise<T>): Promise<T> {
  const [device] = await lab.call('lab.add', { ...addition, count: 1 })
  try {
    return await work(device)
  }
  finally {
    await remove(lab, device.id).catch((thrown: unknown) => {
      output.talk(`The virtual GPU ${device.name} could not be removed: ${toErrorShape(thrown).message} \`tranche lab rm ${device.id}\` removes it.`)
    })
  }
}

/** Cancels the device's jobs that have not ended. */
export async function cancelJobs(lab: Session, device: string): Promise<void> {
  const jobs = await lab.call('jobs.list', { states: ['queued', 'running', 'suspended'], limit: 10_000 })
  for (const { id } of jobs.filter(({ request }) => request.device === device)) {
    // One that ended meanwhile cannot be cancelled, and need not be.
    await lab.call('jobs.cancel', { id }).catch(() => undefined)
  }
}

async function remove(lab: Session, id: string): Promise<void> {
  await cancelJobs(lab, id)
  const startedMs = performance.now()
  for (;;) {
    try {
      await lab.call('lab.remove', { id })
      return
    }
    catch (thrown) {
      const { code } = toErrorShape(thrown)
      if (code === 'not_found')
        return
      if ((code !== 'in_use' && code !== 'conflict') || performance.now() - startedMs > patienceMs)
        throw thrown
      await delay(retryMs)
    }
  }
}
