import { onScopeDispose, readonly, shallowRef, watch } from 'vue'

/**
 * Takes files dropped anywhere on the window while a dialog is open, before anything below it does; the answer is true
 * while some are dragged over the window.
 */
export function useDialogDrop(isOpen: () => boolean, take: (files: readonly File[]) => void) {
  const over = shallowRef(false)
  let depth = 0
  const end = () => {
    depth = 0
    over.value = false
  }
  const steps = {
    dragenter() {
      depth += 1
      over.value = true
    },
    dragleave: () => --depth <= 0 && end(),
    dragover: (event: DragEvent) => event.preventDefault(),
    drop(event: DragEvent) {
      event.preventDefault()
      end()
      take([...event.dataTransfer?.files ?? []])
    },
  }
  const names = Object.keys(steps) as (keyof typeof steps)[]

  function listener(event: DragEvent) {
    const step = names.find(name => name === event.type)
    if (!step || !event.dataTransfer?.types.includes('Files'))
      return
    event.stopPropagation()
    steps[step](event)
  }

  function stop() {
    end()
    names.forEach(name => window.removeEventListener(name, listener, true))
  }

  watch(isOpen, now => now ? names.forEach(name => window.addEventListener(name, listener, true)) : stop(), { immediate: true })
  onScopeDispose(stop)
  return readonly(over)
}
