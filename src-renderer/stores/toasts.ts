import type { ErrorShape } from '@contract/errors'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { shapeOf } from '../bridge'

export interface Toast {
  readonly id: number
  readonly message: string
  /** Present for failures. */
  readonly error: ErrorShape | null
}

const mostShown = 4
const noticeMs = 5000

/** Notices and failures in the corner of the window. A failure stays until it is closed. */
export const useToasts = defineStore('toasts', () => {
  const list = shallowRef<readonly Toast[]>([])
  const lastError = shallowRef<ErrorShape | null>(null)
  let nextId = 1

  function show(message: string, error: ErrorShape | null): number {
    const id = nextId++
    list.value = [...list.value.filter(toast => toast.message !== message), { id, message, error }].slice(-mostShown)
    return id
  }

  function close(id: number) {
    list.value = list.value.filter(toast => toast.id !== id)
  }

  function notice(message: string) {
    const id = show(message, null)
    setTimeout(close, noticeMs, id)
  }

  function fail(thrown: unknown) {
    const error = shapeOf(thrown)
    lastError.value = error
    show(error.message, error)
  }

  /** Runs something that may fail; a failure becomes a toast and the answer undefined. */
  async function attempt<T>(run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run()
    }
    catch (thrown) {
      fail(thrown)
      return undefined
    }
  }

  function showLastError() {
    if (lastError.value)
      show(lastError.value.message, lastError.value)
  }

  return { list: computed(() => list.value), lastError: computed(() => lastError.value), close, notice, fail, attempt, showLastError }
})
