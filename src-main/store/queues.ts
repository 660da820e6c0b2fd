import type { Database } from 'better-sqlite3'
import type { QueueTerms } from '../contract/model'

export interface QueueRow {
  readonly id: string
  readonly name: string
  readonly terms: QueueTerms
}

/** The queue of jobs that name none. */
export const usualQueue = 'queue_normal'

interface Stored { id: string, name: string, terms: string }
const fromStored = (row: Stored): QueueRow => ({ ...row, terms: JSON.parse(row.terms) })

export function queueRepository(db: Database) {
  const insert = db.prepare('INSERT INTO queue (id, name, terms) VALUES (@id, @name, @terms)')
  const update = db.prepare('UPDATE queue SET name = @name, terms = @terms WHERE id = @id')
  const all = db.prepare<[], Stored>('SELECT * FROM queue ORDER BY id')
  const one = db.prepare<[string], Stored>('SELECT * FROM queue WHERE id = ?')
  const remove = db.prepare('DELETE FROM queue WHERE id = ?')
  return {
    /** Throws a constraint error where there is one of that name. */
    insert: (row: QueueRow): void => void insert.run({ ...row, terms: JSON.stringify(row.terms) }),
    update: (row: QueueRow): void => void update.run({ ...row, terms: JSON.stringify(row.terms) }),
    all: (): QueueRow[] => all.all().map(fromStored),
    get: (id: string): QueueRow | undefined => {
      const row = one.get(id)
      return row && fromStored(row)
    },
    remove: (id: string): void => void remove.run(id),
  }
}
