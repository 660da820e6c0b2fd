import { shallowRef } from 'vue'

/** One tab stop for many cards in rows: the arrow keys, Home and End go from card to card. */
export function useCardKeys(cards: () => readonly HTMLElement[]) {
  /** Index of the card that Tab comes to. */
  const entry = shallowRef(0)

  function onKeydown(event: KeyboardEvent, from: number) {
    const all = cards()
    const columns = all.filter(card => card.offsetTop === all[0].offsetTop).length
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, ArrowUp: from - columns, ArrowDown: from + columns, Home: 0, End: all.length - 1 }[event.key]
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey)
      return
    event.preventDefault()
    entry.value = Math.max(0, Math.min(all.length - 1, to))
    all[entry.value].focus()
  }

  return { entry, onKeydown }
}
