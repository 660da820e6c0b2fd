import type { SliceKey } from '../editor/draft'
import type { Editor } from './useEditor'
import { onScopeDispose, readonly, shallowRef } from 'vue'
import { slotAt } from '../editor/axis'

/** A press that moves less than this is a click. */
const clickPx = 4
/** How far above and below the axis a pointer still means a place of it. */
const reachPx = 48

/** Drags a profile of the palette, or a slice of the draft, with the pointer to a place on the axis. */
export function useSliceDrag(editor: Editor, axis: () => HTMLElement | null) {
  const at = shallowRef<{ readonly x: number, readonly y: number } | null>(null)
  let stop = () => {}

  function start(press: PointerEvent, profile: string, from: SliceKey | null) {
    if (press.button !== 0)
      return
    stop()
    const { placing } = editor

    const move = (event: PointerEvent) => {
      if (!at.value) {
        if (Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) < clickPx)
          return
        placing.begin({ profile, from, by: 'pointer' })
      }
      at.value = { x: event.clientX, y: event.clientY }
      placing.point(slotUnder(event))
    }
    const drop = (event: PointerEvent) => {
      const wasDragged = at.value !== null
      stop()
      if (!wasDragged)
        return
      swallowClick()
      placing.point(slotUnder(event))
      const { value: place } = placing.overPlace
      if (place?.ok)
        return placing.put(place.start)
      placing.cancel()
      if (place)
        placing.say(place.message)
    }
    const giveUp = (event: Event) => {
      if (event instanceof KeyboardEvent && event.key !== 'Escape')
        return
      stop()
      placing.cancel()
    }
    const listeners = [['pointermove', move], ['pointerup', drop], ['pointercancel', giveUp], ['keydown', giveUp]] as [string, (event: Event) => void][]
    listeners.forEach(([name, listener]) => window.addEventListener(name, listener))
    stop = () => {
      at.value = null
      listeners.forEach(([name, listener]) => window.removeEventListener(name, listener))
    }
  }

  function slotUnder({ clientX, clientY }: PointerEvent): number | null {
    const box = axis()?.getBoundingClientRect()
    const isNear = box && clientX >= box.left && clientX <= box.right && clientY >= box.top - reachPx && clientY <= box.bottom + reachPx
    return isNear ? slotAt(clientX, box, editor.slots.value) : null
  }

  onScopeDispose(() => stop())
  return { /** Where the pointer is while something is dragged; null otherwise. */ at: readonly(at), start }
}

/** The end of a drag is no click on what happens to be under the pointer. */
function swallowClick() {
  const swallow = (event: Event) => event.stopPropagation()
  window.addEventListener('click', swallow, { capture: true, once: true })
  setTimeout(() => window.removeEventListener('click', swallow, { capture: true }))
}
