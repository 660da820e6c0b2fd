import process from 'node:process'

/** The worker's line to the lab, over whichever means its process was started by. */
export interface ParentPort {
  readonly post: (message: unknown) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
  /** The lab is gone: nobody wants the results any more. */
  readonly onClosed: (listener: () => void) => void
}

/** Electron's utilityProcess puts this on `process`; its types live in electron, which workers must run without. */
interface UtilityPort {
  postMessage: (message: unknown) => void
  on: (event: 'message' | 'close', listener: (event: { data: unknown }) => void) => void
}

export function openParentPort(): ParentPort {
  const utility = (process as { parentPort?: UtilityPort }).parentPort
  if (utility) {
    return {
      post: message => utility.postMessage(message),
      onMessage: listener => utility.on('message', event => listener(event.data)),
      onClosed: listener => utility.on('close', () => listener()),
    }
  }
  return {
    post: (message) => {
      if (process.connected)
        process.send?.(message)
    },
    onMessage: listener => void process.on('message', listener),
    onClosed: (listener) => {
      // The lab may have died while this process was loading.
      if (process.connected)
        process.on('disconnect', listener)
      else
        listener()
    },
  }
}
