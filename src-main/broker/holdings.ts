import type { Amount } from '../contract/model'
import type { Store } from '../store/store'

/** What one holder has, with the slice that it is being moved to. */
export interface Holding {
  readonly slices: readonly string[]
  readonly amount: Amount
}

export interface Holdings {
  /** Holder of each slice that is held. */
  readonly holderOf: ReadonlyMap<string, string>
  readonly ofHolder: ReadonlyMap<string, Holding>
}

/** Who holds what, kept in memory and made anew when a lease begins or ends. */
export function createHoldings(store: Pick<Store, 'leases' | 'versions'>): () => Holdings {
  let kept: Holdings | null = null
  let version = -1
  return () => {
    if (kept === null || store.versions.leases !== version)
      kept = gather(store.leases.holds())
    version = store.versions.leases
    return kept
  }
}

function gather(holds: readonly { readonly sliceId: string, readonly holder: string, readonly memoryMiB: number, readonly computeShare: number }[]): Holdings {
  const ofHolder = new Map<string, { slices: string[], amount: { compute: number, memoryMiB: number } }>()
  for (const { sliceId, holder, memoryMiB, computeShare } of holds) {
    const holding = ofHolder.get(holder) ?? { slices: [], amount: { compute: 0, memoryMiB: 0 } }
    ofHolder.set(holder, holding)
    holding.slices.push(sliceId)
    holding.amount.compute += computeShare
    holding.amount.memoryMiB += memoryMiB
  }
  return { holderOf: new Map(holds.map(({ sliceId, holder }) => [sliceId, holder])), ofHolder }
}
