import type { ReadEntry } from 'tar'
import { createReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import { Parser } from 'tar'
import { TrancheError } from '../contract/errors'

/** A file wanted from a tarball. */
export interface WantedFile {
  /** Path without the tarball's first folder, whatever that is called. */
  readonly path: string
  readonly sizeBytes: number
}

/** Receives the contents of one wanted file. */
export type Take<F extends WantedFile> = (file: F, contents: AsyncIterable<Uint8Array>) => Promise<void>

/** Small, because what one read unpacks to is unpacked before anything can object. */
const readBytes = 16 * 1024

/** The most a gzip stream of model files can honestly grow by; beyond it the tarball is a bomb. */
const maxDecompressionRatio = 200

/**
 * Reads a package tarball once and hands the contents of the wanted files, and of nothing else, to `take`. No path of the
 * tarball ever becomes a path on disk; links, folders and devices are passed over.
 *
 * @throws TrancheError `model_unavailable` when a wanted file is missing or has another size, or the tarball is not one
 */
export async function readTarball<F extends WantedFile>(
  tarball: string,
  wanted: readonly F[],
  take: Take<F>,
  signal?: AbortSignal,
): Promise<void> {
  const lacking = new Map(wanted.map(file => [file.path, file]))
  const taken: Promise<void>[] = []
  const endings: ((error: Error) => void)[] = []
  await parse(tarball, (entry, fail) => {
    const file = lacking.get(innerPath(entry))
    if (file === undefined || !isFile(entry)) {
      entry.resume()
      return
    }
    lacking.delete(file.path)
    const contents = readable(entry)
    endings.push(error => contents.destroy(error))
    const done = takeEntry(file, entry.size, contents, take)
    done.catch(fail)
    taken.push(done)
  }, signal).catch(async (error) => {
    // Whoever reads an entry that will not go on must not wait for ever.
    endings.forEach(end => end(error))
    await Promise.allSettled(taken)
    throw error
  })
  await Promise.all(taken)
  const [missing] = lacking.keys()
  if (missing !== undefined)
    throw new TrancheError('model_unavailable', `The package does not hold ${missing}, which the catalog names.`)
}

type OnEntry = (entry: ReadEntry, fail: (error: unknown) => void) => void

/** Resolves when every entry was passed on; rejects with the first failure, the parser's or one told by `onEntry`. */
function parse(tarball: string, onEntry: OnEntry, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const source = createReadStream(tarball, { signal, highWaterMark: readBytes })
    const parser = new Parser({ maxDecompressionRatio })
    const fail = (error: unknown) => {
      reject(error)
      source.destroy()
    }
    parser.on('entry', (entry: ReadEntry) => onEntry(entry, fail))
    parser.on('warn', (code: string, message: unknown) => {
      if (code === 'TAR_BAD_ARCHIVE' || code === 'TAR_ABORT' || code === 'TAR_ENTRY_INVALID')
        fail(unreadable(String(message)))
    })
    parser.on('error', (error: Error) => fail(unreadable(error.message)))
    parser.on('end', resolve)
    source.on('error', fail)
    source.pipe(parser)
  })
}

async function takeEntry<F extends WantedFile>(file: F, declaredBytes: number, contents: AsyncIterable<Uint8Array>, take: Take<F>): Promise<void> {
  // The declared size decides before a byte is read; the store counts the real ones.
  if (declaredBytes !== file.sizeBytes)
    throw unreadable(`${file.path} should have ${file.sizeBytes} bytes and has ${declaredBytes}`)
  await take(file, contents)
}

/** The entry as a stream that can be made to fail even before someone reads it, which an entry itself cannot. */
function readable(entry: ReadEntry): PassThrough {
  const contents = new PassThrough()
  contents.on('error', () => {})
  entry.pipe(contents)
  return contents
}

function innerPath(entry: ReadEntry): string {
  return entry.path.slice(entry.path.indexOf('/') + 1)
}

function isFile(entry: ReadEntry): boolean {
  return entry.type === 'File' || entry.type === 'OldFile' || entry.type === 'ContiguousFile'
}

function unreadable(why: string): TrancheError {
  return new TrancheError('model_unavailable', `The package cannot be unpacked: ${why}.`)
}
