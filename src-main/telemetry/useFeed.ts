import type { SliceUse } from '../contract/model'

const intervalMs = 500

/** Tells listeners twice a second what the slices use; does nothing while nobody listens. */
export function createUseFeed(read: () => SliceUse[]) {
  const listeners = new Set<(use: SliceUse[]) => void>()
  let timer: NodeJS.Timeout | undefined
  let wasEmpty = false

  function tell(): void {
    const use = read()
    if (use.length === 0 && wasEmpty)
      return
    wasEmpty = use.length === 0
    for (const listener of listeners)
      listener(use)
  }

  function close(): void {
    clearInterval(timer)
    timer = undefined
  }

  return {
    on(listener: (use: SliceUse[]) => void): () => void {
      listeners.add(listener)
      timer ??= setInterval(tell, intervalMs).unref()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0)
          close()
      }
    },
    close,
  }
}
