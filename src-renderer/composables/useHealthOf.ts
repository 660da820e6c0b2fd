import type { Device } from '@contract/model'
import { computed, watch } from 'vue'
import { useHealth } from '../stores/health'

/** The health of a device, followed while it is a real GPU and this is on the page; undefined where its driver tells none. */
export function useHealthOf(device: () => Pick<Device, 'id' | 'kind'>) {
  const store = useHealth()
  watch(() => device().kind === 'gpu', (isReal, _before, onCleanup) => {
    if (isReal)
      onCleanup(store.follow())
  }, { immediate: true })
  return {
    health: computed(() => device().kind === 'gpu' ? store.byDevice.get(device().id) : undefined),
    error: computed(() => device().kind === 'gpu' ? store.error : null),
  }
}
