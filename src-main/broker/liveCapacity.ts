import type { Store } from '../store/store'
import type { LabCapacity, LabHost } from './capacity'
import type { Holdings } from './holdings'
import { labCapacity } from './capacity'

/**
 * What jobs could run on, kept in memory: made anew when layouts or devices change, while who holds what is brought up
 * to date in place. As long as the layout is the same, so is the list of slices.
 */
export function createCapacity(store: Store, host: LabHost, holdings: () => Holdings): () => LabCapacity {
  let kept: LabCapacity | null = null
  let layout = -1
  let held: Holdings | null = null
  return () => {
    if (kept === null || store.versions.layout !== layout) {
      kept = labCapacity(store, host)
      layout = store.versions.layout
      held = holdings()
      return kept
    }
    const now = holdings()
    if (now !== held) {
      for (const slice of kept.slices)
        slice.holder = now.holderOf.get(slice.id) ?? null
    }
    held = now
    return kept
  }
}
