import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { packName, parsePlace } from '../../src-main/runtime/results/place'

/** Whether a job's folder of results holds its packs, each up to the last result that the store names in it, and nothing else. */
export function isTrimmed(stateDir: string, jobId: string): boolean {
  const folder = join(stateDir, 'jobs', jobId, 'results')
  const db = new Database(join(stateDir, 'tranche.db'), { readonly: true })
  const rows = db.prepare<[string], { output: string }>('SELECT output FROM item WHERE jobId = ? AND output IS NOT NULL').all(jobId)
  db.close()
  const ends = new Map<string, number>()
  for (const { epoch, at, bytes } of rows.flatMap(({ output }) => parsePlace(output) ?? []))
    ends.set(packName(epoch), Math.max(ends.get(packName(epoch)) ?? 0, at + bytes))
  const present = readdirSync(folder)
  return present.length === ends.size && present.every(name => statSync(join(folder, name)).size === ends.get(name))
}
