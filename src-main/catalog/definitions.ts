import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { TrancheError } from '../contract/errors'
import { catalogEntry, catalogFile } from '../contract/model'
import { resourcesDir } from '../resources'

/** A path inside a tarball as the catalog writes it: relative, forward slashes, no `.` or `..` parts. */
const innerPath = z.string().regex(/^[^/\\\0]+(?:\/[^/\\\0]+)*$/).refine(
  path => path.split('/').every(part => part !== '.' && part !== '..'),
  'a path in a tarball cannot climb out of it',
)

/** A catalog entry as it is written in `resources/catalog/<id>.json`: what the contract shows, less what is live. */
export const catalogDefinition = catalogEntry
  .omit({ state: true, progress: true, error: true, sizeBytes: true, digest: true })
  .extend({
    id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
    source: catalogEntry.shape.source.extend({
      package: z.string().regex(/^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/),
      /** An exact version: the catalog never follows a moving tag. */
      version: z.string().regex(/^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/),
      integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/),
      /** Size of the package tarball as it travels. */
      tarballBytes: z.number().int().positive(),
      homepage: z.url({ protocol: /^https$/ }),
    }).strict(),
    files: z.array(catalogFile.extend({ role: z.string().min(1), path: innerPath }).strict()).min(1),
  })
  .strict()
  .refine(entry => new Set(entry.files.map(file => file.role)).size === entry.files.length, 'two files have the same role')

export type CatalogDefinition = z.infer<typeof catalogDefinition>
export type PackageSource = CatalogDefinition['source']

/**
 * Reads every entry of a folder, in the order of their ids.
 *
 * @throws TrancheError `internal` naming the file when one is not valid, or is not named after its id
 */
export function readDefinitions(folder = join(resourcesDir(), 'catalog')): readonly CatalogDefinition[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => readDefinition(join(folder, name)))
}

function readDefinition(file: string): CatalogDefinition {
  const broken = (why: string, cause?: unknown) => new TrancheError('internal', `The catalog entry ${file} is not valid: ${why}.`, { cause })
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  }
  catch (error) {
    throw broken('it is not JSON', error)
  }
  const parsed = catalogDefinition.safeParse(content)
  if (!parsed.success)
    throw broken(z.prettifyError(parsed.error), parsed.error)
  if (`${parsed.data.id}.json` !== basename(file))
    throw broken(`its id is ${parsed.data.id}`)
  return parsed.data
}

/** `sha256:<hex>` over the roles and digests of the files: the same for the same contents, wherever they came from. */
export function definitionDigest(entry: Pick<CatalogDefinition, 'files'>): string {
  const lines = entry.files.map(file => `${file.role} ${file.sha256}\n`).sort()
  return `sha256:${createHash('sha256').update(lines.join('')).digest('hex')}`
}

/** Bytes of the files once they are in the store. */
export function sizeOfFiles(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0)
}
