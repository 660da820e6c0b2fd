import type { Blob, BlobStore } from './blobStore'
import { createReadStream } from 'node:fs'
import { isDiskFull } from './diskSpace'

/** Those of the files that the store lacks or holds broken. Reads every file of the right size. */
export async function unverifiedFiles<F extends Blob>(files: readonly F[], store: BlobStore): Promise<readonly F[]> {
  const wrong: F[] = []
  for (const file of files) {
    if (!await store.verify(file))
      wrong.push(file)
  }
  return wrong
}

/**
 * Copies files from the seed and returns those it could not give. A copy is verified like anything else that enters the
 * store, so a broken or unreadable seed only fails to help.
 *
 * @throws TrancheError `disk_full`, or the reason of the signal when it was aborted
 */
export async function copyFromSeed<F extends Blob>(files: readonly F[], seed: BlobStore, store: BlobStore, signal: AbortSignal): Promise<readonly F[]> {
  const lacking: F[] = []
  for (const file of files) {
    signal.throwIfAborted()
    try {
      await store.put(createReadStream(seed.path(file), { signal }), file, signal)
    }
    catch (error) {
      if (signal.aborted || isDiskFull(error))
        throw error
      lacking.push(file)
    }
  }
  return lacking
}
