import type { Changed, EventName, EventPayload } from '../contract/calls'
import type { SliceUse } from '../contract/model'
import type { Lab } from '../lab'
import { mergeChanges } from '../doors/socket/outbox'

/** A window is told at most ten times a second; what comes in between is merged. */
export const frameMs = 100

export interface EventGate {
  /** A hidden window is told nothing; once it is shown again it hears, in one event, what it missed. */
  readonly show: (shown: boolean) => void
  readonly close: () => void
}

/** Passes a lab's events on to one window, as often as a person can see and no more. Starts hidden. */
export function openEventGate(lab: Pick<Lab, 'on'>, send: <N extends EventName>(name: N, payload: EventPayload<N>) => void): EventGate {
  let shown = false
  let changed: Changed | null = null
  let use: SliceUse[] | null = null
  let timer: NodeJS.Timeout | null = null
  let lastFrameAtMs = -Infinity
  let endUse: (() => void) | null = null

  function frame(): void {
    timer = null
    lastFrameAtMs = performance.now()
    if (changed)
      send('changed', changed)
    if (use)
      send('use', use)
    changed = null
    use = null
  }

  function schedule(): void {
    if (shown && (changed || use))
      timer ??= setTimeout(frame, Math.max(0, lastFrameAtMs + frameMs - performance.now()))
  }

  function rest(): void {
    if (timer)
      clearTimeout(timer)
    timer = null
    use = null
    endUse?.()
    endUse = null
  }

  const endChanged = lab.on('changed', (payload) => {
    changed = mergeChanges(changed, payload)
    schedule()
  })

  return {
    show(nowShown) {
      if (nowShown === shown)
        return
      shown = nowShown
      if (!shown)
        return rest()
      // Sampling the workers costs something, and happens only while somebody listens.
      endUse = lab.on('use', (payload) => {
        use = payload
        schedule()
      })
      schedule()
    },
    close() {
      shown = false
      rest()
      endChanged()
    },
  }
}
