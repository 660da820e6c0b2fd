import type { Lease } from '@contract/model'
import { shallowRef } from 'vue'
import { call } from '../bridge'
import { useConfirm } from '../stores/confirm'
import { useDevices } from '../stores/devices'
import { useToasts } from '../stores/toasts'

/** Asks, then ends the lease of a holder outside. */
export function useRelease() {
  const confirm = useConfirm()
  const devices = useDevices()
  const toasts = useToasts()
  const busy = shallowRef(false)

  async function release({ id, holder }: Pick<Lease, 'id' | 'holder'>, deviceName: string) {
    const agreed = await confirm.ask({
      title: `Release what ${holder} holds?`,
      body: `The lease ends at once and its slices on ${deviceName} are free for others. What ${holder} still runs there is no longer protected from them.`,
      action: 'Release it',
    })
    if (!agreed)
      return
    busy.value = true
    if (await toasts.attempt(() => call('leases.release', { id })))
      toasts.notice(`What ${holder} held was released.`)
    busy.value = false
    devices.refresh()
  }

  return { release, busy }
}
