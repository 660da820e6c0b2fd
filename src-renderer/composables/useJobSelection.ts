import type { Selection } from '../jobList/selection'
import type { JobPages } from './useJobPages'
import { computed, shallowRef } from 'vue'
import { allSelected, countSelected, noSelection, selectOnly, toggled } from '../jobList/selection'
import { useToasts } from '../stores/toasts'

/** Selects jobs of a list by click, range and key. Ranges reach over rows that were never read. */
export function useJobSelection(pages: JobPages) {
  const toasts = useToasts()
  const selection = shallowRef<Selection>(noSelection)
  const total = computed(() => pages.whole.value?.total ?? 0)
  let anchor: string | null = null
  let newest = 0

  function only(id: string) {
    anchor = id
    newest += 1
    selection.value = selectOnly(id)
  }

  function toggle(id: string) {
    anchor = id
    newest += 1
    selection.value = toggled(selection.value, id)
  }

  /** Selects from the last row that was selected alone to this offset. */
  async function extend(offset: number) {
    const from = anchor === null ? -1 : pages.offsetOf(anchor)
    const row = pages.rowAt(offset)
    if (from < 0 && row)
      return only(row.id)
    const own = ++newest
    const first = Math.max(0, Math.min(from, offset))
    const last = Math.max(from, offset)
    const ids = Array.from({ length: last - first + 1 }, (_, index) => pages.rowAt(first + index)?.id)
    const known = ids.every(id => id !== undefined) ? ids : await toasts.attempt(() => pages.idsBetween(first, last))
    if (known && own === newest)
      selection.value = selectOnly(...known)
  }

  function all() {
    newest += 1
    selection.value = allSelected
  }

  function clear() {
    newest += 1
    selection.value = noSelection
  }

  return {
    selection,
    count: computed(() => countSelected(selection.value, total.value)),
    only,
    toggle,
    extend,
    all,
    clear,
    /** The ids that are meant; null for all that fit the filter. */
    async ids(): Promise<readonly string[] | null> {
      const { isAll, ids } = selection.value
      if (!isAll)
        return [...ids]
      return ids.size === 0 ? null : (await pages.idsBetween(0, total.value - 1)).filter(id => !ids.has(id))
    },
  }
}

export type JobSelection = ReturnType<typeof useJobSelection>
