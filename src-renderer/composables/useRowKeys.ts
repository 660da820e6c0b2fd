interface RowKeys {
  readonly count: () => number
  /** Index of the selected row, -1 if none is. */
  readonly current: () => number
  /** `extend` where Shift was held. */
  readonly choose: (index: number, extend: boolean) => void
  readonly rowsPerPage: () => number
  /** What other keys do to the selected row. */
  readonly keys: Readonly<Record<string, (index: number) => void>>
}

/** Moves a selection over rows with the arrow, page, Home and End keys, and with J and K. */
export function useRowKeys({ count, current, choose, rowsPerPage, keys }: RowKeys) {
  function moved(key: string, from: number): number | null {
    switch (key) {
      case 'ArrowDown':
      case 'j':
      case 'J': return from + 1
      case 'ArrowUp':
      case 'k':
      case 'K': return from - 1
      case 'PageDown': return from + rowsPerPage()
      case 'PageUp': return from - rowsPerPage()
      case 'Home': return 0
      case 'End': return count() - 1
      default: return null
    }
  }

  function onKeydown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget || count() === 0)
      return
    const index = current()
    const to = moved(event.key, index)
    if (to !== null)
      choose(Math.max(0, Math.min(count() - 1, to)), event.shiftKey)
    else if (index >= 0 && keys[event.key])
      keys[event.key](index)
    else
      return
    event.preventDefault()
  }

  return { onKeydown }
}
