import type { Database } from 'better-sqlite3'
import { z } from 'zod'

const recovery = z.object({
  atMs: z.number(),
  /** What happened and what is missing, for a person. */
  words: z.string(),
})

export type Recovery = z.infer<typeof recovery>

/** The last time that a damaged database was replaced by an older copy, until a person has taken note of it. */
export function recoveryRepository(db: Database) {
  const one = db.prepare<[], string>(`SELECT value FROM meta WHERE key = 'recovered'`).pluck()
  const put = db.prepare(`INSERT OR REPLACE INTO meta (key, value) VALUES ('recovered', ?)`)
  const drop = db.prepare(`DELETE FROM meta WHERE key = 'recovered'`)
  return {
    get: (): Recovery | null => {
      const text = one.get()
      return text === undefined ? null : recovery.parse(JSON.parse(text))
    },
    set: (told: Recovery): void => void put.run(JSON.stringify(told)),
    /** Returns false if there was nothing to take note of. */
    acknowledge: (): boolean => drop.run().changes === 1,
  }
}
