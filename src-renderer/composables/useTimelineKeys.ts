import type { TimelineItem } from '@contract/model'
import type { Ref } from 'vue'
import type { TimelineIndex } from '../timeline/items'
import type { TimeScale } from '../timeline/scale'
import { neighbour } from '../timeline/items'
import { panned, xOf, zoomed } from '../timeline/scale'

const stepPx = 120
const zoomStep = 1.4

interface Parts {
  readonly index: () => TimelineIndex
  readonly scale: Ref<TimeScale>
  readonly selected: Ref<TimelineItem | null>
  /** Where the keys begin. */
  readonly first: () => TimelineItem | null
  readonly reveal: (row: number) => void
  readonly open: (item: TimelineItem) => void
}

/** A timeline by keys: arrows go from item to item, plus and minus zoom, brackets pan, Enter opens, Escape lets go. */
export function useTimelineKeys({ index, scale, selected, first, reveal, open }: Parts) {
  const rowOf = ({ slice }: TimelineItem) => index().rows.findIndex(row => row.slice === slice)
  const zoom = (factor: number) => void (scale.value = zoomed(scale.value, factor, scale.value.width / 2))
  const pan = (px: number) => void (scale.value = panned(scale.value, px))

  function go(direction: 'left' | 'right' | 'up' | 'down') {
    const from = selected.value
    const item = from && rowOf(from) >= 0 ? neighbour(index(), from, direction) : first()
    if (!item)
      return
    selected.value = item
    const x = xOf(scale.value, item.fromMs)
    if (x < 0 || x > scale.value.width)
      pan(x - scale.value.width / 2)
    reveal(rowOf(item))
  }

  const steps: Readonly<Record<string, () => void>> = {
    '+': () => zoom(1 / zoomStep),
    '=': () => zoom(1 / zoomStep),
    '-': () => zoom(zoomStep),
    '[': () => pan(-stepPx),
    ']': () => pan(stepPx),
    'ArrowLeft': () => go('left'),
    'ArrowRight': () => go('right'),
    'ArrowUp': () => go('up'),
    'ArrowDown': () => go('down'),
    'Enter': () => selected.value && open(selected.value),
    'Escape': () => selected.value = null,
  }

  return {
    onKeydown(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || !steps[event.key])
        return
      event.preventDefault()
      steps[event.key]()
    },
  }
}
