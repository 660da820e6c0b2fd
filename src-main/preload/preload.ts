import type { Bridge } from '../contract/bridge'
import type { Answer } from '../contract/router'
import { contextBridge, ipcRenderer, webUtils } from 'electron'

/** The IPC door has the same two names. */
const callChannel = 'tranche:call'
const eventChannel = 'tranche:event'

/** Files sit in lists inside an input (`inputs`), never deeper. */
const maxDepth = 4

/** A `File` that stands for no file on this machine. */
class PathlessFile extends Error {
  constructor(readonly fileName: string) {
    super(`“${fileName}” is not a file on this machine, so it has no path to read it from. Save it to a folder first, then submit it from there.`)
  }
}

const bridge: Bridge = {
  async call(name, input) {
    try {
      return await ipcRenderer.invoke(callChannel, name, withPaths(input, maxDepth)) as Answer
    }
    catch (thrown) {
      if (!(thrown instanceof PathlessFile))
        throw thrown
      return { ok: false, error: { code: 'unreadable_input', message: thrown.message, details: { file: thrown.fileName }, retryable: false } }
    }
  },
  on(name, listener) {
    const forward = (_event: unknown, sent: unknown, payload: unknown) => {
      if (sent === name)
        listener(payload as Parameters<typeof listener>[0])
    }
    ipcRenderer.on(eventChannel, forward)
    return () => void ipcRenderer.off(eventChannel, forward)
  },
}

/** The same value with each `File` in its lists and objects replaced by its absolute path. */
function withPaths(value: unknown, depth: number): unknown {
  if (value instanceof File)
    return pathOf(value)
  if (typeof value !== 'object' || value === null || depth === 0)
    return value
  if (Array.isArray(value))
    return value.map(each => withPaths(each, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withPaths(each, depth - 1)]))
}

function pathOf(file: File): string {
  const path = webUtils.getPathForFile(file)
  if (!path)
    throw new PathlessFile(file.name)
  return path
}

contextBridge.exposeInMainWorld('tranche', bridge)
