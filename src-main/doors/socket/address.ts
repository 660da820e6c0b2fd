import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { lstat, mkdir, readlink, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { systemCode, TrancheError } from '../../contract/errors'

/**
 * A socket's path must fit `sun_path`: 108 bytes on Linux, 104 on macOS, with the NUL that ends it; see unix(7).
 * 100 leaves room for neither to matter.
 */
const maxSocketPath = 100

/** Where the owner of a state folder listens when its path allows it. */
export function plainAddress(stateDir: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\tranche-${stateHash(resolve(stateDir))}` : join(stateDir, 'tranche.sock')
}

export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= maxSocketPath
}

/**
 * A short address for a state folder with a long path, in a folder of this user alone. The owner leaves a symbolic link to
 * it where the socket would have been, so that a client need not have the same `XDG_RUNTIME_DIR` to find it.
 */
export async function shortAddress(stateDir: string): Promise<string> {
  const folder = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `tranche-${userId()}`)
  await mkdir(folder, { mode: 0o700, recursive: true })
  await assertPrivate(folder)
  const path = join(folder, `${stateHash(await realpath(stateDir))}.sock`)
  if (!fitsSocket(path))
    throw new TrancheError('unsupported', `No path short enough for a socket: ${path}. Set XDG_RUNTIME_DIR to a shorter folder.`)
  return path
}

/** Where to find the owner's socket, or null if there is none. */
export async function findAddress(stateDir: string): Promise<string | null> {
  const plain = plainAddress(stateDir)
  if (process.platform === 'win32')
    return plain
  try {
    const target = (await lstat(plain)).isSymbolicLink() ? await readlink(plain) : null
    if (target) {
      await assertPrivate(dirname(target))
      return target
    }
    return fitsSocket(plain) ? plain : await realpath(plain)
  }
  catch (thrown) {
    if (systemCode(thrown) === 'ENOENT' || systemCode(thrown) === 'ENOTDIR')
      return null
    throw thrown
  }
}

/** Refuses a folder in which another user could put a socket of their own. */
async function assertPrivate(folder: string): Promise<void> {
  const stats = await lstat(folder)
  if (!stats.isDirectory() || stats.uid !== userId() || (stats.mode & 0o077) !== 0)
    throw new TrancheError('conflict', `${folder} must be a folder of your own that no one else can open. Remove it, or run: chmod 700 ${folder}`)
}

function userId(): number {
  return process.getuid?.() ?? 0
}

function stateHash(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16)
}
