import type { EventName, EventPayload } from '../../src-main/contract/calls'
import type { Handlers } from '../../src-main/contract/router'
import type { Lab } from '../../src-main/lab'
import { calls } from '../../src-main/contract/calls'
import { TrancheError } from '../../src-main/contract/errors'
import { createRouter } from '../../src-main/contract/router'

export interface AnsweringLab extends Lab {
  readonly emit: <N extends EventName>(name: N, payload: EventPayload<N>) => void
  readonly listeners: () => number
}

/** A lab that answers the given calls and no others, for tests of the doors. */
export function answeringLab(stateDir: string, handlers: Partial<Handlers> = {}): AnsweringLab {
  const listening = new Set<{ readonly name: EventName, readonly listener: (payload: never) => void }>()
  const none = () => {
    throw new TrancheError('unsupported', 'This lab is a fake.')
  }
  const all = Object.fromEntries(Object.keys(calls).map(name => [name, none])) as unknown as Handlers
  return {
    stateDir,
    router: createRouter({ ...all, ...handlers }),
    inputPath: () => null,
    runningJobs: () => 0,
    close: async () => undefined,
    listeners: () => listening.size,
    on(name, listener) {
      const entry = { name, listener }
      listening.add(entry)
      return () => listening.delete(entry)
    },
    emit(name, payload) {
      for (const entry of listening) {
        if (entry.name === name)
          entry.listener(payload as never)
      }
    },
  }
}
