import type { ShallowRef } from 'vue'
import type { DraftSlice, SliceKey } from '../editor/draft'
import type { useDraft } from './useDraft'
import type { OffersWish } from './useOffers'
import { computed, nextTick, shallowRef, watch } from 'vue'
import { placeAt, slotsOf } from '../editor/axis'
import { added, moved } from '../editor/draft'
import { useOffers } from './useOffers'

/** A slice on its way to a place. */
export interface Placing {
  readonly profile: string
  /** Where it lies in the draft; null for a new one. */
  readonly from: SliceKey | null
  readonly by: 'keys' | 'pointer'
}

/** Brings a profile from the palette, or a slice of the draft, to a legal place; says what goes and why not. */
export function usePlacing(
  { draft, change }: Pick<ReturnType<typeof useDraft>, 'draft' | 'change'>,
  offers: ReturnType<typeof useOffers>,
  wish: (slices: readonly DraftSlice[]) => OffersWish,
  selected: ShallowRef<SliceKey | null>,
) {
  const current = shallowRef<Placing | null>(null)
  /** Start of the place that the pointer or the focus is at. */
  const over = shallowRef<number | null>(null)
  const said = shallowRef('')
  let returnTo: HTMLElement | null = null

  const withoutMoved = useOffers(() => {
    const from = current.value?.from ?? null
    return from === null ? null : wish(draft.value.slices.filter(({ start }) => start !== from))
  })
  const source = computed(() => (current.value?.from ?? null) === null ? offers : withoutMoved)
  /** The profile that is placed, with its places; null until they are known. */
  const offer = computed(() => {
    const { answer, isFresh } = source.value
    return isFresh.value ? answer.value?.profiles.find(({ name }) => name === current.value?.profile) ?? null : null
  })
  const legal = computed(() => offer.value?.places.filter(({ ok }) => ok) ?? [])
  const overPlace = computed(() => offer.value?.places.find(({ start }) => start === over.value) ?? null)

  function begin(placing: Placing) {
    returnTo = document.activeElement instanceof HTMLElement ? document.activeElement : null
    over.value = null
    said.value = ''
    current.value = placing
  }

  function end() {
    current.value = null
    over.value = null
    const back = returnTo
    void nextTick(() => back?.isConnected && back.focus())
  }

  function cancel() {
    if (!current.value)
      return
    said.value = `${current.value.profile} was not placed.`
    end()
  }

  /** Puts it at a start. Where that is not legal, it stays on its way. */
  function put(start: number) {
    const placing = current.value
    const place = legal.value.find(each => each.start === start)
    if (!placing || !place || !offer.value)
      return
    const { size } = offer.value
    change(placing.from === null ? added(draft.value, { profile: placing.profile, start }) : moved(draft.value, placing.from, start))
    selected.value = start
    said.value = `${placing.profile} is in ${slotsOf({ start, size })} of the draft.`
    if (placing.from !== null)
      returnTo = null
    end()
  }

  /** The place that a pointer over a slot means; null when it is away from the axis. */
  function point(slot: number | null) {
    over.value = slot === null || !offer.value ? null : placeAt(offer.value.places, offer.value.size, slot)?.start ?? null
  }

  // With the keys, the focus goes to the places: it starts at the best one.
  watch(offer, (known) => {
    if (known && current.value?.by === 'keys' && over.value === null)
      over.value = known.best
  })

  return { current, offer, legal, over, overPlace, said, begin, put, cancel, point, say: (words: string) => void (said.value = words) }
}
