import type { Ref } from 'vue'
import { computed, shallowRef } from 'vue'
import { useElementSize } from './useElementSize'

const overscan = 8

/**
 * Which rows of a long list of equally high rows are in view. The caller renders rows `first` to `last` (excluded)
 * in a block `height` high, moved down by `offset`, and passes the scroller's scroll events to `onScroll`.
 */
export function useVirtualRows(scroller: Readonly<Ref<HTMLElement | null>>, count: () => number, rowHeight: number, headHeight = 0) {
  const size = useElementSize(scroller)
  const scrollTop = shallowRef(0)
  const first = computed(() => Math.max(0, Math.min(count(), Math.floor(scrollTop.value / rowHeight) - overscan)))
  const last = computed(() => Math.min(count(), Math.ceil((scrollTop.value + size.value.height) / rowHeight) + overscan))

  function onScroll() {
    scrollTop.value = scroller.value?.scrollTop ?? 0
  }

  /** Scrolls as little as needed to bring a row fully into view. */
  function reveal(index: number) {
    const element = scroller.value
    if (!element)
      return
    const top = index * rowHeight
    const bottom = top + rowHeight + headHeight
    if (top < element.scrollTop)
      element.scrollTop = top
    else if (bottom > element.scrollTop + element.clientHeight)
      element.scrollTop = bottom - element.clientHeight
  }

  return { first, last, height: computed(() => count() * rowHeight), offset: computed(() => first.value * rowHeight), rowsPerPage: computed(() => Math.max(1, Math.floor(size.value.height / rowHeight) - 1)), onScroll, reveal }
}
