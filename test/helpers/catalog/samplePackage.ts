import type { CatalogDefinition } from '../../../src-main/catalog/definitions'
import { Buffer } from 'node:buffer'
import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { Header } from 'tar'

/** One entry of a tarball as written, honest or not. */
export interface SampleEntry {
  readonly path: string
  readonly contents?: Buffer
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory'
  readonly linkpath?: string
  /** What the header says, where it is not the length of the contents. */
  readonly declaredBytes?: number
}

export interface SamplePackage {
  readonly tarball: Buffer
  readonly entry: CatalogDefinition
}

/** Builds a gzipped tarball byte by byte, so that it can hold what no packer would write. */
export function tarballOf(entries: readonly SampleEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const contents = entry.contents ?? Buffer.alloc(0)
    const header = Buffer.alloc(512)
    new Header({
      path: entry.path,
      type: entry.type ?? 'File',
      linkpath: entry.linkpath,
      size: entry.declaredBytes ?? contents.length,
      mode: 0o644,
      mtime: new Date(0),
    }).encode(header, 0)
    return [header, contents, Buffer.alloc((512 - contents.length % 512) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 1 })
}

/** A package and the catalog entry that names it. Its files hold random bytes, so it does not compress. */
export function samplePackage(
  id: string,
  sizes: Readonly<Record<string, number>>,
  options: { readonly others?: readonly SampleEntry[], readonly package?: string } = {},
): SamplePackage {
  const files = Object.entries(sizes).map(([path, sizeBytes]) => ({ path, contents: randomBytes(sizeBytes) }))
  const tarball = tarballOf([
    ...options.others ?? [],
    ...files.map(file => ({ path: `package/${file.path}`, contents: file.contents })),
  ])
  return { tarball, entry: definitionOf(id, tarball, files, options.package) }
}

/** The catalog entry of a tarball; each file's role is its base name without the extension. */
export function definitionOf(
  id: string,
  tarball: Buffer,
  files: readonly { readonly path: string, readonly contents: Buffer }[],
  name = `@samples/${id}`,
): CatalogDefinition {
  return {
    id,
    name: id,
    kind: 'model',
    recipe: 'tensor',
    publisher: 'Samples',
    task: 'Tests',
    description: 'Random bytes.',
    licence: 'MIT',
    source: {
      type: 'package',
      package: name,
      version: '1.0.0',
      integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      tarballBytes: tarball.length,
      homepage: 'https://example.org/samples',
    },
    files: files.map(({ path, contents }) => ({
      role: path.replace(/^.*\//, '').replace(/\..*$/, ''),
      path,
      sizeBytes: contents.length,
      sha256: createHash('sha256').update(contents).digest('hex'),
    })),
    default: true,
  }
}
