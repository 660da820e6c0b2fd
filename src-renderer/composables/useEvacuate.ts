import type { CallOutput } from '@contract/calls'
import type { ErrorShape } from '@contract/errors'
import type { Device } from '@contract/model'
import { computed, shallowRef } from 'vue'
import { call, shapeOf } from '../bridge'
import { plural } from '../format'
import { useJobs } from '../stores/jobs'
import { useToasts } from '../stores/toasts'

export type Evacuation = CallOutput<'devices.evacuate'>

/** Moves every job off a device. `isShown` tells whether someone looks: if not, the outcome becomes a notice. */
export function useEvacuate(device: () => Device, isShown: () => boolean) {
  const jobs = useJobs()
  const toasts = useToasts()
  const busy = shallowRef(false)
  const outcome = shallowRef<Evacuation | null>(null)
  const error = shallowRef<ErrorShape | null>(null)

  const titleOf = (id: string) => jobs.byId(id)?.title ?? 'a job'
  /** Ids of the jobs that hold its slices. */
  const holders = computed(() => [...new Set(device().slices.flatMap(({ lease }) => lease?.holderKind === 'job' ? lease.holder : []))])

  async function start() {
    const { id, name } = device()
    busy.value = true
    error.value = null
    try {
      const answer = await call('devices.evacuate', { id })
      if (isShown())
        outcome.value = answer
      else
        toasts.notice(`${plural(answer.moved.length, 'job')} moved away from ${name}${answer.left.length > 0 ? `, ${answer.left.length} stayed: ${answer.left[0].why}` : ''}.`)
    }
    catch (thrown) {
      if (isShown())
        error.value = shapeOf(thrown)
      else
        toasts.fail(thrown)
    }
    busy.value = false
  }

  /** Forgets how the last one ended, before the next. */
  function forget() {
    outcome.value = null
    error.value = null
  }

  return { holders, titleOf, busy, outcome, error, start, forget }
}
