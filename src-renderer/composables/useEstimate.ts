import type { Estimate } from '../estimateWords'
import { shallowRef, watch } from 'vue'
import { call } from '../bridge'

const settleMs = 300

/**
 * The memory that a model needs, asked for once its settings have rested a moment; null while it is not known. A model that
 * cannot be estimated is no failure here: what is wrong with it is told when it is submitted.
 */
export function useEstimate(asked: () => { readonly model: string | File, readonly batch: number } | null) {
  const estimate = shallowRef<Estimate | null>(null)
  watch(() => [asked()?.model, asked()?.batch], (_now, _before, onCleanup) => {
    let isCurrent = true
    const timer = setTimeout(async () => {
      const wish = asked()
      const answer = wish ? await call('models.estimate', wish).catch(() => null) : null
      if (isCurrent)
        estimate.value = answer
    }, settleMs)
    onCleanup(() => {
      isCurrent = false
      clearTimeout(timer)
    })
  }, { immediate: true })
  return estimate
}
