import { z } from 'zod'

/**
 * A backup is a tar file: who wrote it first, then the database, then the result files, and last the manifest with the digest of
 * each part. A file that was cut has no manifest, so it is never taken for whole.
 */
export const headName = 'tranche-backup.json'
export const databaseName = 'tranche.db'
export const manifestName = 'manifest.json'

export const head = z.object({
  format: z.literal('tranche-backup'),
  formatVersion: z.number().int(),
  /** Of Tranche, and of the database's tables. */
  version: z.string(),
  schema: z.number().int(),
  atMs: z.number(),
})

export const formatVersion = 1

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const manifest = head.extend({
  jobs: z.number().int(),
  events: z.number().int(),
  parts: z.array(z.object({ path: z.string(), bytes: z.number().int().nonnegative(), sha256 })),
  /** Result files that the database names and that were not there. */
  missing: z.array(z.string()),
  /** Catalog entries that were on this machine; they are not in the backup, and can be fetched again. */
  models: z.array(z.string()),
})

export type Head = z.infer<typeof head>
export type Manifest = z.infer<typeof manifest>
export type Part = Manifest['parts'][number]

/** Names that the lab itself gives, and nothing else: a name that is not one of these has no business in a backup. */
const resultPart = /^jobs\/job_[\w-]{1,60}\/results\/[\w-][\w.-]{0,200}(?:\/[\w-][\w.-]{0,200})?$/

export function isPartPath(path: string): boolean {
  return path === databaseName || resultPart.test(path)
}
