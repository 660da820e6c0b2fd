import { z } from 'zod'
import { errorShape } from '../errors'
import { recipeIds } from './recipes'

export const catalogFile = z.object({
  role: z.string(),
  /** Path inside the package tarball. */
  path: z.string(),
  sizeBytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

export const catalogEntry = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['model']),
  recipe: z.enum(recipeIds),
  publisher: z.string(),
  description: z.string(),
  task: z.string(),
  licence: z.string(),
  sizeBytes: z.number().int(),
  /** Digest over the digests of its files: changes when any of them does. */
  digest: z.string(),
  source: z.object({
    type: z.literal('package'),
    package: z.string(),
    version: z.string(),
    /** Subresource-integrity string of the tarball. */
    integrity: z.string(),
    homepage: z.string(),
  }),
  files: z.array(catalogFile),
  /** Fetched by the set-up, so that a first job needs no network. */
  default: z.boolean(),
  state: z.enum(['available', 'pulling', 'ready', 'failed']),
  /** 0 to 1 while pulling. */
  progress: z.number(),
  error: errorShape.nullable(),
})

export type CatalogEntry = z.infer<typeof catalogEntry>
