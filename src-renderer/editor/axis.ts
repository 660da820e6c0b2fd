/** How many slots are too many for a number each. */
const mostNumbered = 16

/** Slots that are numbered along an axis: each of a short one, about twelve round ones of a long one. */
export function numberedSlots(slots: number): number[] {
  const step = slots <= mostNumbered ? 1 : roundStep(slots / 10)
  const ticks = Array.from({ length: Math.floor(slots / step) + 1 }, (_, index) => index * step)
  return ticks.at(-1) === slots ? ticks : [...ticks.filter(tick => slots - tick > step / 2), slots]
}

/** The slot under a point of an axis drawn from `left`, `width` wide, in the same unit; the nearest one for a point beside it. */
export function slotAt(x: number, axis: { readonly left: number, readonly width: number }, slots: number): number {
  return Math.max(0, Math.min(slots - 1, Math.floor((x - axis.left) / axis.width * slots)))
}

/**
 * The place that a pointer over `slot` means: the one that covers it, or, if none does, the nearest. Undefined if there
 * are none.
 */
export function placeAt<Place extends { readonly start: number }>(places: readonly Place[], size: number, slot: number): Place | undefined {
  const away = ({ start }: Place) => slot < start ? start - slot : Math.max(0, slot - (start + size - 1))
  return places.length === 0 ? undefined : places.reduce((nearest, place) => away(place) < away(nearest) ? place : nearest)
}

/** The next of some ascending starts in a direction, from one of them; around the end to the other. */
export function nextStart(starts: readonly number[], from: number, by: 1 | -1): number {
  const at = starts.indexOf(from)
  return starts[(at + by + starts.length) % starts.length] ?? from
}

/** Runs of slots that no slice covers. */
export function gaps(slots: number, slices: readonly { readonly start: number, readonly size: number }[]): { start: number, size: number }[] {
  const found: { start: number, size: number }[] = []
  let next = 0
  for (const { start, size } of [...slices.toSorted((a, b) => a.start - b.start), { start: slots, size: 0 }]) {
    if (start > next)
      found.push({ start: next, size: start - next })
    next = Math.max(next, start + size)
  }
  return found
}

/** `slot 3`, `slots 4–7` */
export function slotsOf({ start, size }: { readonly start: number, readonly size: number }): string {
  return size === 1 ? `slot ${start}` : `slots ${start}–${start + size - 1}`
}

/** 1, 2, 4 or 5 times a power of ten, at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 4, 5, 10].map(factor => factor * power).find(step => step >= least) ?? power * 10
}
