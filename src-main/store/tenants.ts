import type { Database } from 'better-sqlite3'
import type { TenantKind, TenantTerms } from '../contract/model'

export interface TenantRow {
  readonly id: string
  /** Null for the root. */
  readonly parentId: string | null
  readonly name: string
  readonly kind: TenantKind
  readonly terms: TenantTerms
}

/** The tenant that all others lie below, and the one that jobs belong to which name none. */
export const rootTenant = 'tenant_root'
export const ownTenant = 'tenant_me'

type Stored = Omit<TenantRow, 'terms'> & { terms: string }
const fromStored = (row: Stored): TenantRow => ({ ...row, terms: JSON.parse(row.terms) })
const toStored = (row: TenantRow): Stored => ({ ...row, terms: JSON.stringify(row.terms) })

export function tenantRepository(db: Database) {
  const insert = db.prepare('INSERT INTO tenant (id, parentId, name, kind, terms) VALUES (@id, @parentId, @name, @kind, @terms)')
  const update = db.prepare('UPDATE tenant SET parentId = @parentId, name = @name, kind = @kind, terms = @terms WHERE id = @id')
  const all = db.prepare<[], Stored>('SELECT * FROM tenant ORDER BY id')
  const one = db.prepare<[string], Stored>('SELECT * FROM tenant WHERE id = ?')
  const remove = db.prepare('DELETE FROM tenant WHERE id = ?')
  return {
    /** Throws a constraint error where its parent has one of that name. */
    insert: (row: TenantRow): void => void insert.run(toStored(row)),
    update: (row: TenantRow): void => void update.run(toStored(row)),
    all: (): TenantRow[] => all.all().map(fromStored),
    get: (id: string): TenantRow | undefined => {
      const row = one.get(id)
      return row && fromStored(row)
    },
    /** Throws a constraint error while there are tenants below it. */
    remove: (id: string): void => void remove.run(id),
  }
}
