import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/**
 * Unpacks the chosen files of a zip archive. yauzl refuses names that lead out of the folder.
 *
 * @param {string} archive
 * @param {string} folder is made when missing
 * @param {(path: string) => boolean} wanted
 * @param {(fraction: number) => void} onProgress
 * @returns {Promise<void>}
 */
export async function unzip(archive, folder, wanted, onProgress) {
  // @ts-expect-error it brings no types
  const { openPromise } = await import('yauzl')
  const zip = await openPromise(archive)
  for await (const entry of zip.eachEntry()) {
    onProgress(entry.relativeOffsetOfLocalHeader / zip.fileSize)
    if (entry.fileName.endsWith('/') || !wanted(entry.fileName))
      continue
    const target = join(folder, entry.fileName)
    mkdirSync(dirname(target), { recursive: true })
    // The upper half holds the file's Unix mode, where the archive was made on such a system.
    const mode = entry.externalFileAttributes >>> 16 & 0o777 || 0o644
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { mode }))
  }
}
