import type { Editor } from './useEditor'
import { onScopeDispose } from 'vue'

/** Ctrl or Cmd with Z, and Shift for the way back, within the draft; Escape leaves a slice that is on its way. */
export function useDraftKeys(editor: Editor): void {
  const listener = (event: KeyboardEvent) => {
    const { target } = event
    const isElsewhere = target instanceof HTMLElement && (target.closest('[role=dialog], [role=alertdialog]') || (target instanceof HTMLInputElement && target.type !== 'radio'))
    if (isElsewhere || event.altKey)
      return
    const hasControl = event.ctrlKey || event.metaKey
    if (event.key === 'Escape' && editor.placing.current.value)
      editor.placing.cancel()
    else if (hasControl && event.key.toLowerCase() === 'z')
      (event.shiftKey ? editor.redo : editor.undo)()
    else
      return
    event.preventDefault()
  }
  window.addEventListener('keydown', listener)
  onScopeDispose(() => window.removeEventListener('keydown', listener))
}
