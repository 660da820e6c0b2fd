import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RegistrySettings } from '../../../src-main/catalog/registrySettings'
import type { SamplePackage } from './samplePackage'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** How the registry answers one request for a tarball. */
export type Answer = (request: IncomingMessage, response: ServerResponse, tarball: Buffer) => void | Promise<void>

export interface PackageRegistry {
  readonly url: string
  /** How to reach it, with nothing taken from the machine's own settings. */
  readonly settings: RegistrySettings
  /** Answers for the next tarball requests, used up in turn; then, and without any, `honest`. */
  readonly answers: Answer[]
  /** Answers every tarball request once `answers` is used up. */
  fallback: Answer
  /** Answer for package pages in place of the honest one. */
  page: Answer | null
  /** The `range` header of each tarball request, in turn; null where it had none. */
  readonly ranges: (string | null)[]
  /** The `authorization` header of each request of any kind. */
  readonly credentials: (string | undefined)[]
  close: () => Promise<void>
}

/** Serves the whole tarball, or the range that was asked for. */
export const honest: Answer = (request, response, tarball) => {
  const from = firstByte(request)
  if (from >= tarball.length)
    response.writeHead(416, { 'content-range': `bytes */${tarball.length}` }).end()
  else
    response.writeHead(from > 0 ? 206 : 200, headers(tarball, from)).end(tarball.subarray(from))
}

/** Behaves, but cuts the connection after so many bytes of this answer. */
export function cutAfter(bytes: number): Answer {
  return async (request, response, tarball) => {
    const from = firstByte(request)
    response.writeHead(from > 0 ? 206 : 200, headers(tarball, from))
    response.write(tarball.subarray(from, from + bytes))
    await sleep(20)
    response.destroy()
  }
}

/** Behaves, but sends one piece after the other with a pause between. */
export function slowly(pieceBytes: number, pauseMs: number): Answer {
  return async (request, response, tarball) => {
    const from = firstByte(request)
    response.writeHead(from > 0 ? 206 : 200, headers(tarball, from))
    for (let at = from; at < tarball.length && !response.destroyed; at += pieceBytes) {
      response.write(tarball.subarray(at, at + pieceBytes))
      await sleep(pauseMs)
    }
    response.end()
  }
}

/** Sends the whole tarball whatever range was asked for. */
export const ignoringRange: Answer = (_request, response, tarball) => {
  response.writeHead(200, headers(tarball, 0)).end(tarball)
}

/** Sends other bytes of the right length. */
export const wrongBytes: Answer = (request, response, tarball) => honest(request, response, Buffer.alloc(tarball.length, 7))

/** Sends some bytes, then nothing more, and never ends. */
export function quietAfter(bytes: number): Answer {
  return (request, response, tarball) => {
    const from = firstByte(request)
    response.writeHead(from > 0 ? 206 : 200, headers(tarball, from))
    response.write(tarball.subarray(from, from + bytes))
  }
}

export function status(code: number, body = '{}'): Answer {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(body)
  }
}

/** A package registry on loopback: pages of packages, and tarballs with byte ranges. */
export async function startRegistry(packages: readonly SamplePackage[]): Promise<PackageRegistry> {
  const server = createServer((request, response) => {
    response.on('error', () => {})
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const registry: PackageRegistry = {
    url,
    settings: {
      options: { registry: url, noProxy: '127.0.0.1' } as RegistrySettings['options'],
      replaceRegistryHost: 'npmjs',
      defaultHost: 'registry.example',
      userFile: '~/.npmrc',
      unreadable: [],
    },
    answers: [],
    fallback: honest,
    page: null,
    ranges: [],
    credentials: [],
    close: () => closeServer(server),
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    registry.credentials.push(request.headers.authorization)
    const path = decodeURIComponent(request.url ?? '/').slice(1)
    const wanted = packages.find(({ entry }) => path === entry.source.package || path === tarballPath(entry.source.package))
    if (wanted === undefined) {
      response.writeHead(404).end('{}')
      return
    }
    if (path === wanted.entry.source.package) {
      if (registry.page)
        await registry.page(request, response, wanted.tarball)
      else
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(pageOf(wanted, url)))
      return
    }
    registry.ranges.push(request.headers.range ?? null)
    await (registry.answers.shift() ?? registry.fallback)(request, response, wanted.tarball)
  }
  return registry
}

function tarballPath(name: string): string {
  return `${name}/-/sample.tgz`
}

function pageOf({ entry }: SamplePackage, url: string) {
  const { package: name, version } = entry.source
  return { name, versions: { [version]: { name, version, dist: { tarball: `${url}${tarballPath(name)}` } } } }
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}

function firstByte(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
}

function headers(tarball: Buffer, from: number) {
  return {
    'content-type': 'application/octet-stream',
    'content-length': tarball.length - from,
    ...(from > 0 && { 'content-range': `bytes ${from}-${tarball.length - 1}/${tarball.length}` }),
  }
}
