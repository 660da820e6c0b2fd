import type { Ref } from 'vue'
import { readonly, shallowRef, watchEffect } from 'vue'

/** Inner size of an element in CSS pixels, followed as it changes. */
export function useElementSize(element: Readonly<Ref<HTMLElement | null>>) {
  const size = shallowRef({ width: 0, height: 0 })
  watchEffect((onCleanup) => {
    const target = element.value
    if (!target)
      return
    const measure = () => size.value = { width: target.clientWidth, height: target.clientHeight }
    const observer = new ResizeObserver(measure)
    observer.observe(target)
    measure()
    onCleanup(() => observer.disconnect())
  })
  return readonly(size)
}
