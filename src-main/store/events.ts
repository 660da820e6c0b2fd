import type { Database } from 'better-sqlite3'
import type { EventRow } from '../contract/model'

interface Row { seq: number, atMs: number, type: string, subject: string, data: string }

/** The append-only log of everything that changed, numbered without gaps in order of commit. */
export function eventRepository(db: Database) {
  const insert = db.prepare('INSERT INTO event (atMs, type, subject, data) VALUES (?, ?, ?, ?)')
  const after = db.prepare<[number, number], Row>('SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?')
  const afterOf = db.prepare<[number, string, number], Row>('SELECT * FROM event WHERE seq > ? AND subject = ? ORDER BY seq LIMIT ?')
  const last = db.prepare<[], { seq: number }>('SELECT coalesce(max(seq), 0) AS seq FROM event')
  return {
    /** Appends within the caller's transaction; returns the event's number. */
    append: (atMs: number, type: string, subject: string, data: Readonly<Record<string, unknown>> = {}): number =>
      Number(insert.run(atMs, type, subject, JSON.stringify(data)).lastInsertRowid),
    list: (afterSeq: number, limit: number, subject?: string): EventRow[] =>
      (subject === undefined ? after.all(afterSeq, limit) : afterOf.all(afterSeq, subject, limit))
        .map(row => ({ ...row, data: JSON.parse(row.data) })),
    lastSeq: (): number => last.get()?.seq ?? 0,
  }
}
