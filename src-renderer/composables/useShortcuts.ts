import type { Route } from '../route'
import { onScopeDispose } from 'vue'
import { goTo } from '../route'

const views: Readonly<Record<string, Route>> = { 1: { view: 'devices' }, 2: { view: 'catalog' }, 3: { view: 'jobs' }, 4: { view: 'fleet' }, 5: { view: 'queues' }, 6: { view: 'timeline' } }

/** Ctrl or Cmd with 1 to 6 opens a view. */
export function useShortcuts(): void {
  const listener = (event: KeyboardEvent) => {
    const route = views[event.key]
    if (!route || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
      return
    event.preventDefault()
    goTo(route)
  }
  window.addEventListener('keydown', listener)
  onScopeDispose(() => window.removeEventListener('keydown', listener))
}
