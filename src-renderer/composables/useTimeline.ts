import type { ErrorShape } from '@contract/errors'
import type { Timeline } from '@contract/model'
import { onScopeDispose, shallowRef } from 'vue'
import { call, on, shapeOf } from '../bridge'
import { createPull } from '../stores/pull'

const mostItems = 20_000
const settleMs = 150

/** The schedule around the time that is shown: read with as much again on either side, so that panning has something to show. */
export function useTimeline(span: () => { readonly fromMs: number, readonly toMs: number }) {
  const timeline = shallowRef<Timeline | null>(null)
  const error = shallowRef<ErrorShape | null>(null)
  let read = { fromMs: 0, toMs: 0 }
  let timer: ReturnType<typeof setTimeout> | undefined

  const pull = createPull(async () => {
    const { fromMs, toMs } = span()
    const asked = { fromMs: fromMs - (toMs - fromMs), toMs: toMs + (toMs - fromMs) }
    try {
      timeline.value = await call('schedule.timeline', { ...asked, limit: mostItems })
      read = asked
      error.value = null
    }
    catch (thrown) {
      error.value = shapeOf(thrown)
    }
  })
  const unsubscribe = on('changed', pull.request)
  pull.request()
  onScopeDispose(() => {
    clearTimeout(timer)
    unsubscribe()
    pull.stop()
  })

  return {
    timeline,
    error,
    refresh: pull.request,
    /** Reads on where what is shown leaves what was read, or is so small a part of it that items were left out. */
    follow() {
      const { fromMs, toMs } = span()
      const isOutside = fromMs < read.fromMs || toMs > read.toMs
      const isSmall = timeline.value?.truncated === true && (toMs - fromMs) * 6 < read.toMs - read.fromMs
      clearTimeout(timer)
      if (isOutside || isSmall)
        timer = setTimeout(pull.request, settleMs)
    },
  }
}
