import type { Backend } from '@contract/model'
import { shallowRef } from 'vue'
import { call } from '../bridge'
import { useToasts } from '../stores/toasts'

const backends = shallowRef<readonly Backend[]>([])

/** What models may run on, read each time it is asked for: a set-up step may have fetched one meanwhile. */
export function useBackends() {
  const toasts = useToasts()
  async function load() {
    backends.value = await toasts.attempt(() => call('backends.list', {})) ?? backends.value
  }
  return { backends, load }
}
