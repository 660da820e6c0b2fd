import { extname, join, normalize, sep } from 'node:path'

/**
 * The file that a request path means inside `root`; null when it would lead out of it.
 *
 * @param root absolute path of the folder that is served
 * @param pathname path of a URL, still percent-encoded
 */
export function fileInside(root: string, pathname: string): string | null {
  const decoded = decode(pathname)
  // A backslash separates folders on Windows only, and no file of ours has one in its name.
  if (decoded === null || /[\0\\]/.test(decoded) || decoded.split('/').includes('..'))
    return null
  const file = join(root, normalize(decoded === '/' || decoded === '' ? '/index.html' : decoded))
  return file.startsWith(root + sep) ? file : null
}

function decode(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname)
  }
  catch {
    return null
  }
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

/** What the window may be shown of a job's inputs. Anything else is bytes: an HTML input must never become a page. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.bmp': 'image/bmp',
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.wav': 'audio/wav',
  '.webp': 'image/webp',
}

/** Content type of a file of the app itself. */
export function assetType(file: string): string {
  const extension = extname(file).toLowerCase()
  return types[extension] ?? mediaTypes[extension] ?? 'application/octet-stream'
}

/** Content type of an input of a job. */
export function inputType(file: string): string {
  return mediaTypes[extname(file).toLowerCase()] ?? 'application/octet-stream'
}
