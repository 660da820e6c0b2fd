import type { CopyFacts } from './messages'
import Database from 'better-sqlite3'
import { flush } from '../../store/flush'
import { factsOf } from './copyDatabase'

/**
 * What a lab like this one does not share with it. Real GPUs are the host's: a lab that opens there finds them itself, cut as
 * their driver says, and two labs must not both remember to have cut one. The host's CPU stays, with its layout.
 */
const steps = `
DELETE FROM hold;
DELETE FROM lease;
DELETE FROM dependency;
DELETE FROM carry;
DELETE FROM item;
DELETE FROM job;
DELETE FROM turn;
DELETE FROM use;
DELETE FROM layoutChange;
DELETE FROM device WHERE kind = 'gpu';
UPDATE reservedWindow SET devices = (SELECT json_group_array(value) FROM json_each(devices) WHERE value IN (SELECT id FROM device));
DELETE FROM reservedWindow WHERE devices = '[]';
INSERT OR REPLACE INTO meta (key, value) SELECT 'eventsPrunedTo', coalesce(max(seq), 0) FROM event;
DELETE FROM event;
DELETE FROM meta WHERE key IN ('eventsPrunedTo', 'recovered');
DELETE FROM sqlite_sequence;`

/** Takes jobs, leases, events and use out of a copy of a database, without a trace in the file. */
export function emptyCopy(database: string, atMs: number): CopyFacts {
  const db = new Database(database)
  try {
    db.pragma('foreign_keys = ON')
    db.transaction(() => {
      db.exec(steps)
      db.prepare(`INSERT INTO event (atMs, type, subject, data) VALUES (?, 'lab.cloned', 'lab', '{}')`).run(atMs)
    }).immediate()
    db.exec('VACUUM')
  }
  finally {
    db.close()
  }
  flush(database)
  return factsOf(database)
}
