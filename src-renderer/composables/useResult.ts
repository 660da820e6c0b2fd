import type { ErrorShape } from '@contract/errors'
import { shallowRef, watch } from 'vue'
import { call, shapeOf } from '../bridge'

/** The result of one input, read once it is `ready`; undefined while it is on its way. */
export function useResult(source: () => { readonly id: string, readonly index: number, readonly ready: boolean }) {
  const value = shallowRef<unknown>(undefined)
  const error = shallowRef<ErrorShape | null>(null)
  watch(() => Object.values(source()).join('/'), async (_key, _old, onCleanup) => {
    let current = true
    onCleanup(() => current = false)
    value.value = undefined
    error.value = null
    const { id, index, ready } = source()
    if (!ready)
      return
    try {
      const answer = await call('jobs.result', { id, index })
      if (current)
        value.value = answer
    }
    catch (thrown) {
      if (current)
        error.value = shapeOf(thrown)
    }
  }, { immediate: true })
  return { value, error }
}
