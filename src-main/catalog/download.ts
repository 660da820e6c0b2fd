import type { FileHandle } from 'node:fs/promises'
import type { Options } from 'npm-registry-fetch'
import { open, truncate } from 'node:fs/promises'
import registryFetch from 'npm-registry-fetch'
import { DroppedConnection, httpStatus, WrongAnswer } from './pullFailure'

export interface DownloadLimits {
  /** Length of the whole file: what is beyond it is refused. */
  readonly totalBytes: number
  /** How long nothing may arrive. */
  readonly idleTimeoutMs: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((receivedBytes: number) => void) | undefined
}

/** Where to ask; may itself need a request, which runs under the same time limit. */
export type Locate = (signal: AbortSignal) => Promise<{ readonly address: string, readonly fetchOptions: Options }>

/**
 * One request that brings the file at `path` to its full length. Asks only for the bytes that lack. Where the server
 * sends the whole file anyway it starts over; where it refuses the range the file is emptied for the next request.
 *
 * @throws DroppedConnection when the connection goes quiet, ends early or does not go on where it should
 * @throws WrongAnswer when more is sent than there should be
 */
export async function appendFrom(locate: Locate, path: string, limits: DownloadLimits): Promise<void> {
  const watch = idleWatch(limits.idleTimeoutMs)
  const signal = limits.signal ? AbortSignal.any([limits.signal, watch.signal]) : watch.signal
  const file = await open(path, 'a', 0o600)
  try {
    const { address, fetchOptions } = await locate(signal)
    watch.touch()
    const { size } = await file.stat()
    const response = await request(address, fetchOptions, size, limits.idleTimeoutMs, signal)
    watch.touch()
    const fromByte = firstByte(response)
    if (fromByte !== size)
      await truncate(path)
    if (fromByte !== size && fromByte !== 0)
      throw new DroppedConnection('the server sent another part of the file than was asked for')
    await append(response.body, file, fromByte, limits, watch.touch)
  }
  catch (error) {
    // What was kept fits nothing the server has, or is followed by more than there should be.
    if (httpStatus(error) === 416 || error instanceof WrongAnswer)
      await truncate(path)
    throw watch.signal.aborted ? watch.signal.reason : error
  }
  finally {
    // Ends the request too, where its answer was not read to the end.
    watch.stop()
    await file.close()
  }
}

type Answer = Awaited<ReturnType<typeof registryFetch>>

function request(address: string, fetchOptions: Options, fromByte: number, idleTimeoutMs: number, signal: AbortSignal): Promise<Answer> {
  return registryFetch(address, {
    ...fetchOptions,
    headers: {
      // The tarball is compressed already; an encoding on top would make byte ranges meaningless.
      'accept-encoding': 'identity',
      ...(fromByte > 0 && { range: `bytes=${fromByte}-` }),
    },
    // The caller does its own, bounded retries, and the watch here is the stricter one.
    fetchRetries: 0,
    timeout: 2 * idleTimeoutMs,
    signal,
  } as Options)
}

/** Where in the file the answer begins; null for a partial answer that does not say. */
function firstByte(response: Answer): number | null {
  if (response.status !== 206)
    return 0
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]
  return start === undefined ? null : Number(start)
}

async function append(body: NodeJS.ReadableStream | null, file: FileHandle, fromByte: number, limits: DownloadLimits, touch: () => void): Promise<void> {
  let size = fromByte
  limits.onProgress?.(size)
  for await (const chunk of body ?? []) {
    touch()
    const bytes = Buffer.from(chunk)
    if (size + bytes.length > limits.totalBytes)
      throw new WrongAnswer(`the server sends more than the ${limits.totalBytes} bytes there should be`)
    await file.writeFile(bytes)
    size += bytes.length
    limits.onProgress?.(size)
  }
  if (size < limits.totalBytes)
    throw new DroppedConnection(`the connection ended after ${size} of ${limits.totalBytes} bytes`)
}

/** Aborts its signal when it has not been touched for a while, and when it is stopped. */
function idleWatch(timeoutMs: number) {
  const controller = new AbortController()
  const expire = () => controller.abort(new DroppedConnection(`nothing arrived for ${timeoutMs / 1000} s`))
  let timer = setTimeout(expire, timeoutMs)
  return {
    signal: controller.signal,
    touch: () => {
      clearTimeout(timer)
      timer = setTimeout(expire, timeoutMs)
    },
    stop: () => {
      clearTimeout(timer)
      controller.abort()
    },
  }
}
