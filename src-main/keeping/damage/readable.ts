import type { Database } from 'better-sqlite3'

export type Row = Readonly<Record<string, unknown>>

/** The columns of a table, its key first as the schema has them. */
export function columnsOf(db: Database, table: string): string[] {
  return db.prepare<[string], string>('SELECT name FROM pragma_table_info(?) ORDER BY cid').pluck().all(table)
}

/** Rows of a small table, as far as they can be read from its beginning. */
export function rowsOf(damaged: Database, table: string): Row[] {
  return upTo(damaged, `SELECT * FROM ${table}`)
}

/**
 * Every row of a table that can be read around what is broken: from the beginning, from the end, and then each that an index still
 * names. `keys` has those as well whose row cannot be read.
 */
export function readable(damaged: Database, table: 'job' | 'event', key: 'id' | 'seq'): { readonly rows: ReadonlyMap<unknown, Row>, readonly keys: ReadonlySet<unknown> } {
  const rows = new Map<unknown, Row>()
  const take = (row: Row | undefined) => row && rows.set(row[key], row)
  for (const order of ['ASC', 'DESC'])
    upTo(damaged, `SELECT * FROM ${table} ORDER BY rowid ${order}`, row => !rows.has(row[key])).forEach(take)
  const keys = new Set([...rows.keys()])
  for (const order of ['ASC', 'DESC'])
    upTo(damaged, `SELECT ${key} FROM ${table} INDEXED BY ${table === 'job' ? 'job_by_state' : 'event_by_subject'} ORDER BY ${table === 'job' ? 'state' : 'subject'} ${order}`).forEach(row => keys.add(row[key]))
  for (const lacking of [...keys].filter(value => !rows.has(value))) {
    try {
      take(damaged.prepare<[unknown], Row>(`SELECT * FROM ${table} WHERE ${key} = ?`).get(lacking))
    }
    catch {
      continue
    }
  }
  return { rows, keys }
}

/** Rows until one cannot be read, or is not wanted any more. */
function upTo(damaged: Database, sql: string, isWanted: (row: Row) => boolean = () => true): Row[] {
  const rows: Row[] = []
  try {
    for (const row of damaged.prepare<[], Row>(sql).iterate()) {
      if (!isWanted(row))
        break
      rows.push(row)
    }
  }
  catch {
    return rows
  }
  return rows
}
