import type { FileHandle } from 'node:fs/promises'
import type { ByteRange } from './byteRange'
import { open, stat } from 'node:fs/promises'
import { parseRange } from './byteRange'

const chunkBytes = 256 * 1024

/** A response without a body of its own. */
export function plain(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers: { ...headers } })
}

/**
 * Serves a file as it is on the disk now, whole or the part that the request asks for; 404 where it is not a readable
 * regular file (opening a pipe would wait for ever).
 */
export async function fileResponse(request: Request, file: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const found = await stat(file).catch(() => null)
  const handle = found?.isFile() ? await open(file, 'r').catch(() => null) : null
  if (!found || !handle)
    return plain(404)
  const range = parseRange(request.headers.get('range'), found.size)
  if (range === 'unsatisfiable' || request.method === 'HEAD' || found.size === 0)
    await handle.close()
  if (range === 'unsatisfiable')
    return plain(416, { 'Content-Range': `bytes */${found.size}` })
  const part = range ?? { first: 0, last: found.size - 1 }
  const hasBody = request.method !== 'HEAD' && found.size > 0
  return new Response(hasBody ? partOf(handle, part) : null, {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      'Accept-Ranges': 'bytes',
      'Content-Length': String(part.last - part.first + 1),
      ...(range && { 'Content-Range': `bytes ${part.first}-${part.last}/${found.size}` }),
    },
  })
}

/** Reads only as fast as it is taken. Node's own stream conversion throws when a reader leaves early, as players do. */
function partOf(handle: FileHandle, { first, last }: ByteRange): ReadableStream<Uint8Array> {
  let at = first
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const chunk = new Uint8Array(Math.min(chunkBytes, last + 1 - at))
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, at)
        at += bytesRead
        if (bytesRead > 0)
          controller.enqueue(chunk.subarray(0, bytesRead))
        if (bytesRead === 0 || at > last) {
          await handle.close()
          controller.close()
        }
      }
      catch (thrown) {
        await handle.close().catch(() => undefined)
        controller.error(thrown)
      }
    },
    cancel: () => handle.close(),
  })
}
