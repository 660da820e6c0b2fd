/** Counts changes of some tables, so that what is kept of them in memory is known to be stale. One taken back counts too. */
export interface Versions {
  layout: number
  leases: number
}

/** The same repository, whose methods of some names count as changes. */
export function counting<R extends object>(repository: R, names: readonly (keyof R)[], count: () => void): R {
  const counted = { ...repository }
  for (const name of names) {
    const method = repository[name]
    if (typeof method === 'function') {
      counted[name] = ((...parameters: unknown[]) => {
        count()
        return method(...parameters)
      }) as R[typeof name]
    }
  }
  return counted
}
