import type { Database } from 'better-sqlite3'

export interface TemplateRow {
  readonly name: string
  readonly submission: Readonly<Record<string, unknown>>
  readonly savedAtMs: number
}

interface Stored { name: string, submission: string, savedAtMs: number }

export function templateRepository(db: Database) {
  const save = db.prepare('INSERT OR REPLACE INTO template (name, submission, savedAtMs) VALUES (@name, @submission, @savedAtMs)')
  const all = db.prepare<[], Stored>('SELECT * FROM template ORDER BY name')
  const remove = db.prepare('DELETE FROM template WHERE name = ?')
  return {
    /** In place of one of the same name. */
    save: (row: TemplateRow): void => void save.run({ ...row, submission: JSON.stringify(row.submission) }),
    all: (): TemplateRow[] => all.all().map(row => ({ ...row, submission: JSON.parse(row.submission) })),
    /** Returns false if there is none. */
    remove: (name: string): boolean => remove.run(name).changes === 1,
  }
}
