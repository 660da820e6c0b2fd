import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { SetupFailure } from '../lib/failure.mjs'

const SILENCE_MS = 30_000
const PAUSE_MS = 2_000
const TRIES_WITHOUT_A_BYTE = 4

/**
 * One answer of a server: the bytes from `offset` on, or (where it does not know ranges) all of them.
 *
 * @typedef {object} Answer
 * @property {number} offset where its body starts
 * @property {number} total the whole file's size, 0 when the server does not say
 * @property {AsyncIterable<Uint8Array>} body the bytes from there on
 */

/** @param {string} file */
function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/**
 * Fetches a file, going on after a cut (also one of an earlier run) from the last byte that arrived, and checks it.
 *
 * @param {object} wanted
 * @param {string} wanted.file where it goes; what is there already counts as its beginning
 * @param {string} wanted.integrity `sha512-...`, as in a lock file
 * @param {(offset: number, signal: AbortSignal) => Promise<Answer>} wanted.ask
 * @param {(received: number, total: number) => void} wanted.onProgress in bytes
 * @param {number} [wanted.pauseMs] between two tries
 * @returns {Promise<void>}
 * @throws {SetupFailure} when the file stays unreachable, or arrives as another than the one that is pinned
 */
export async function download({ file, integrity, ask, onProgress, pauseMs = PAUSE_MS }) {
  mkdirSync(dirname(file), { recursive: true })
  for (let idleTries = 0; await hashOf(file) !== integrity;) {
    const before = sizeOf(file)
    const { error, total } = await fetchRest(file, ask, onProgress)
    const size = sizeOf(file)
    if (!error && size >= total) {
      if (await hashOf(file) === integrity)
        return
      rmSync(file)
      throw new SetupFailure('the runtime arrived with a wrong checksum and was thrown away', 'run the same command again; if it happens twice, the registry in use serves a changed package')
    }
    idleTries = size > before ? 0 : idleTries + 1
    if (idleTries >= TRIES_WITHOUT_A_BYTE)
      throw new SetupFailure(`the runtime could not be fetched: ${error instanceof Error ? error.message : 'the connection keeps breaking'}`, 'check the network (npm ping shows whether npm reaches its registry), then run the same command again; it goes on where it stopped')
    await sleep(pauseMs)
  }
}

/**
 * @param {string} file
 * @param {(offset: number, signal: AbortSignal) => Promise<Answer>} ask
 * @param {(received: number, total: number) => void} onProgress
 * @returns {Promise<{error?: unknown, total: number}>} what broke it off, if anything, and the whole file's size
 */
async function fetchRest(file, ask, onProgress) {
  const abort = new AbortController()
  let silence = setTimeout(() => abort.abort(), SILENCE_MS)
  let total = 0
  /** @type {unknown} */
  let cut
  try {
    const answer = await ask(sizeOf(file), abort.signal)
    total = answer.total
    let received = answer.offset
    const counted = async function* () {
      try {
        for await (const chunk of answer.body) {
          clearTimeout(silence)
          silence = setTimeout(() => abort.abort(), SILENCE_MS)
          received += chunk.length
          onProgress(received, total)
          yield chunk
        }
      }
      catch (error) {
        // Kept for later: thrown here, it would make the file lose what has arrived but is not written yet.
        cut = error
      }
    }
    await pipeline(counted, createWriteStream(file, { flags: answer.offset > 0 ? 'a' : 'w' }), { signal: abort.signal })
    return { error: cut, total }
  }
  catch (error) {
    if (/** @type {{code?: string}} */ (error).code === 'ENOSPC')
      throw error
    return { error, total }
  }
  finally {
    clearTimeout(silence)
  }
}

/** @param {string} file */
async function hashOf(file) {
  if (sizeOf(file) === 0)
    return undefined
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return `sha512-${hash.digest('base64')}`
}
