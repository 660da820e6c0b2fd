import type { Device } from '@contract/model'
import { shallowRef } from 'vue'
import { call } from '../bridge'
import { plural } from '../format'
import { useConfirm } from '../stores/confirm'
import { useDevices } from '../stores/devices'
import { useToasts } from '../stores/toasts'

/** Asks, then takes a virtual device out of the lab. A device that jobs hold stays, and the failure names them. */
export function useRemoveDevice() {
  const confirm = useConfirm()
  const devices = useDevices()
  const toasts = useToasts()
  const busy = shallowRef(false)

  async function remove(device: Device) {
    const agreed = await confirm.ask({
      title: `Remove ${device.name}?`,
      body: `The virtual device and its ${plural(device.slices.length, 'slice')} go away. Jobs that ran on it keep their results. It can be added again.`,
      action: 'Remove the device',
    })
    if (!agreed)
      return
    busy.value = true
    if (await toasts.attempt(() => call('lab.remove', { id: device.id })))
      toasts.notice(`${device.name} was removed.`)
    busy.value = false
    devices.refresh()
  }

  return { remove, busy }
}
