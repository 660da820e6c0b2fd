import type { Ref } from 'vue'

/**
 * Keeps what is in sight in its place while rows come and go above it: `keep` remembers the topmost row, `restore` scrolls
 * to where it went. At the very top nothing is kept, so that new rows are seen.
 */
export function useScrollAnchor(scroller: Readonly<Ref<HTMLElement | null>>, rowHeight: number, idAt: (index: number) => string | null, indexOf: (id: string) => number) {
  let kept: { readonly id: string, readonly index: number } | null = null

  function keep() {
    const index = Math.ceil((scroller.value?.scrollTop ?? 0) / rowHeight)
    const id = index > 0 ? idAt(index) : null
    kept = id === null ? null : { id, index }
  }

  function restore() {
    if (kept && scroller.value) {
      const index = indexOf(kept.id)
      if (index >= 0 && index !== kept.index)
        scroller.value.scrollTop += (index - kept.index) * rowHeight
    }
    keep()
  }

  return { keep, restore }
}
