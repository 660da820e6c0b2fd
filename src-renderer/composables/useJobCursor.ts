import type { RowLayout } from '../jobList/rowLayout'
import type { JobPages } from './useJobPages'
import { computed, shallowRef } from 'vue'

/** The line of a list of jobs that the keyboard is at. It sticks to its job while lines come and go above it. */
export function useJobCursor(pages: () => JobPages, layout: () => RowLayout) {
  const put = shallowRef<{ readonly index: number, readonly id: string | null }>({ index: -1, id: null })

  const index = computed(() => {
    const { index, id } = put.value
    const { version } = pages()
    const offset = id !== null && version.value >= 0 ? pages().offsetOf(id) : -1
    return offset >= 0 ? layout().indexOf(offset) : Math.min(index, layout().count - 1)
  })

  return {
    /** -1 where there is none. */
    index,
    put(index: number) {
      const row = layout().at(index)
      put.value = { index, id: row.kind === 'job' ? pages().rowAt(row.offset)?.id ?? null : null }
    },
  }
}
