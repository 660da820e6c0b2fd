import type { Store } from '../store/store'

/** What breaks a rule: the column `broken` of each row that a query finds. */
export function select(store: Store, sql: string): string[] {
  return store.db.prepare<[], { broken: string }>(sql).all().map(({ broken }) => broken)
}
