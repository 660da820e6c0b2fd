import type { Device } from '@contract/model'
import { shallowRef } from 'vue'
import { call } from '../bridge'
import { plural } from '../format'
import { useConfirm } from '../stores/confirm'
import { useDevices } from '../stores/devices'
import { useToasts } from '../stores/toasts'

/** What a person can do to many devices at once. One that refuses does not stop the others. */
export function useFleetActions() {
  const confirm = useConfirm()
  const devices = useDevices()
  const toasts = useToasts()
  const busy = shallowRef(false)

  async function each(chosen: readonly Device[], run: (device: Device) => Promise<unknown>): Promise<number> {
    busy.value = true
    let done = 0
    let failure: unknown = null
    for (const device of chosen) {
      try {
        await run(device)
        done += 1
      }
      catch (thrown) {
        failure ??= thrown
      }
    }
    busy.value = false
    devices.refresh()
    if (failure !== null)
      toasts.fail(failure)
    return done
  }

  /** Asks, then removes those that are virtual. */
  async function remove(chosen: readonly Device[]) {
    const virtual = chosen.filter(({ kind }) => kind === 'virtual-gpu')
    const agreed = await confirm.ask({
      title: `Remove ${plural(virtual.length, 'virtual GPU')}?`,
      body: 'They and their slices go away; those that are held stay. Jobs that ran on them keep their results.',
      action: virtual.length === 1 ? 'Remove it' : 'Remove them',
    })
    if (agreed)
      toasts.notice(`${plural(await each(virtual, ({ id }) => call('lab.remove', { id })), 'virtual GPU')} removed.`)
  }

  /** Gives devices a label; null takes it away. */
  async function label(chosen: readonly Device[], name: string | null) {
    const done = await each(chosen, ({ id }) => call('devices.label', { id, label: name }))
    if (done > 0)
      toasts.notice(name === null ? `The label of ${plural(done, 'device')} was taken away.` : `${plural(done, 'device')} labelled ${name}.`)
  }

  return { busy, remove, label }
}
