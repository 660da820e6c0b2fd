import { closeSync, fsyncSync, openSync } from 'node:fs'
import process from 'node:process'

/** Returns once what was written to a file, or the names in a folder, survives a power cut. Windows cannot flush folders and does not need it. */
export function flush(path: string, kind: 'file' | 'folder' = 'file'): void {
  if (kind === 'folder' && process.platform === 'win32')
    return
  const file = openSync(path, kind === 'file' ? 'r+' : 'r')
  try {
    fsyncSync(file)
  }
  finally {
    closeSync(file)
  }
}
