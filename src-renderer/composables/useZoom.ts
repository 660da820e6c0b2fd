import type { Ref } from 'vue'
import { computed, shallowRef } from 'vue'
import { useElementSize } from './useElementSize'

const padding = 24
const least = 0.05
const most = 8
/** Small pictures are enlarged to fit, but not to a blur. */
const mostToFit = 2

/** Scale of a picture within a frame: fits it until one zooms. */
export function useZoom(frame: Readonly<Ref<HTMLElement | null>>, picture: () => { readonly width: number, readonly height: number } | null) {
  const inner = useElementSize(frame)
  const chosen = shallowRef<number | null>(null)
  const fitting = computed(() => {
    const size = picture()
    if (!size || inner.value.width === 0)
      return 1
    return Math.max(least, Math.min(mostToFit, (inner.value.width - padding) / size.width, (inner.value.height - padding) / size.height))
  })
  const scale = computed(() => chosen.value ?? fitting.value)

  function zoomBy(factor: number) {
    chosen.value = Math.max(least, Math.min(most, scale.value * factor))
  }

  function onWheel(event: WheelEvent) {
    if (!event.ctrlKey && !event.metaKey)
      return
    event.preventDefault()
    zoomBy(Math.exp(-event.deltaY / 300))
  }

  return {
    scale,
    isFit: computed(() => chosen.value === null),
    fit: () => chosen.value = null,
    showPixels: () => chosen.value = 1,
    zoomBy,
    onWheel,
  }
}
