import { onScopeDispose, readonly, shallowRef } from 'vue'

/** Takes files dropped anywhere on the window; the answer is true while some are dragged over it. */
export function useDrop(take: (files: readonly File[]) => void) {
  const over = shallowRef(false)
  let depth = 0
  const end = () => {
    depth = 0
    over.value = false
  }
  const listeners = {
    dragenter(event: DragEvent) {
      if (hasFiles(event)) {
        depth += 1
        over.value = true
      }
    },
    dragleave(event: DragEvent) {
      if (hasFiles(event) && --depth <= 0)
        end()
    },
    dragover(event: DragEvent) {
      if (hasFiles(event))
        event.preventDefault()
    },
    drop(event: DragEvent) {
      end()
      if (!hasFiles(event))
        return
      event.preventDefault()
      take([...event.dataTransfer?.files ?? []])
    },
  }
  const entries = Object.entries(listeners) as [keyof typeof listeners, (event: DragEvent) => void][]
  entries.forEach(([name, listener]) => window.addEventListener(name, listener))
  onScopeDispose(() => entries.forEach(([name, listener]) => window.removeEventListener(name, listener)))
  return readonly(over)
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}
