import type { Changed } from '@contract/calls'
import type { ErrorShape } from '@contract/errors'
import type { ShallowRef } from 'vue'
import { shallowRef } from 'vue'
import { on, shapeOf } from '../bridge'
import { createPull } from './pull'

export interface Pulled<T> {
  readonly value: ShallowRef<T>
  /** True once the first answer came. */
  readonly loaded: ShallowRef<boolean>
  /** Why the last read failed; null after one that went well. */
  readonly error: ShallowRef<ErrorShape | null>
  readonly refresh: () => void
  readonly stop: () => void
}

/**
 * A value that is read at once and again after each `changed` event that `concerns` it. Both functions are given
 * the value as it was.
 */
export function pulled<T>(initial: T, read: (before: T) => Promise<T>, concerns: (changed: Changed, before: T) => boolean): Pulled<T> {
  const value = shallowRef(initial)
  const loaded = shallowRef(false)
  const error = shallowRef<ErrorShape | null>(null)
  const pull = createPull(async () => {
    try {
      value.value = await read(value.value)
      loaded.value = true
      error.value = null
    }
    catch (thrown) {
      error.value = shapeOf(thrown)
    }
  })
  const unsubscribe = on('changed', changed => concerns(changed, value.value) && pull.request())
  pull.request()
  return {
    value,
    loaded,
    error,
    refresh: pull.request,
    stop() {
      unsubscribe()
      pull.stop()
    },
  }
}
