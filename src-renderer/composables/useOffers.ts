import type { CallInput, CallOutput } from '@contract/calls'
import type { ErrorShape } from '@contract/errors'
import { computed, shallowRef, watch } from 'vue'
import { call, shapeOf } from '../bridge'

export type Offers = CallOutput<'slices.offers'>
export type OffersWish = CallInput<'slices.offers'>

/** What could be cut beside a draft. The last answer stays while the next is on its way; none is asked for a null wish. */
export function useOffers(wish: () => OffersWish | null) {
  const answer = shallowRef<Offers | null>(null)
  const error = shallowRef<ErrorShape | null>(null)
  const answered = shallowRef<string | null>(null)
  const asked = computed(() => JSON.stringify(wish()))

  watch(asked, async (question, _before, onCleanup) => {
    let isCurrent = true
    onCleanup(() => isCurrent = false)
    const given = wish()
    if (!given)
      return
    try {
      const offers = await call('slices.offers', given)
      if (!isCurrent)
        return
      answer.value = offers
      answered.value = question
      error.value = null
    }
    catch (thrown) {
      if (isCurrent)
        error.value = shapeOf(thrown)
    }
  }, { immediate: true })

  return { answer, error, isFresh: computed(() => answered.value === asked.value) }
}
