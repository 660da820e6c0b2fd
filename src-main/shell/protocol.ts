import type { ErrorShape } from '../contract/errors'
import type { Lab } from '../lab'
import { protocol } from 'electron'
import { failurePage } from './failurePage'
import { fileResponse, plain } from './fileResponse'
import { assetType, fileInside, inputType } from './staticFile'

const scheme = 'tranche'

/** Address of the window's own page. */
export const appUrl = `${scheme}://app/index.html`
/** Address of the page that says why the lab could not open. */
export const failureUrl = `${scheme}://failure/`

export interface Sources {
  /** Folder of the built page, absolute. */
  readonly rendererDir: string
  readonly lab: Promise<Lab>
  readonly stateDir: string
  /** Why the lab could not open; null while it opens and once it has. */
  readonly failure: () => ErrorShape | null
}

/**
 * Says it also as a header: a page's own meta tag comes too late for what stands before it, and cannot forbid frames.
 * Job inputs are the only thing that is loaded from outside the app.
 */
const appPolicy = [
  'default-src \'none\'',
  'script-src \'self\'',
  'style-src \'self\'',
  'img-src \'self\' tranche://input data:',
  'media-src tranche://input',
  'connect-src \'self\' tranche://input',
  'font-src \'self\'',
  'base-uri \'none\'',
  'form-action \'none\'',
  'frame-ancestors \'none\'',
  'object-src \'none\'',
].join('; ')

const always = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-cache' }

/** Must run before `ready`: makes addresses of ours behave as https ones do (an origin, fetch, streams). */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ])
}

/** Serves the app's files, the inputs of known jobs, and nothing else. */
export function serveScheme(sources: Sources): void {
  protocol.handle(scheme, request => answer(request, sources))
}

async function answer(request: Request, sources: Sources): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return plain(405)
  const url = new URL(request.url)
  switch (url.host) {
    case 'app': return answerAsset(request, url.pathname, sources.rendererDir)
    case 'input': return answerInput(request, url.pathname, sources.lab)
    case 'failure': return answerFailure(sources)
    default: return plain(404)
  }
}

async function answerAsset(request: Request, pathname: string, rendererDir: string): Promise<Response> {
  const file = fileInside(rendererDir, pathname)
  if (!file)
    return plain(403)
  return fileResponse(request, file, { ...always, 'Content-Type': assetType(file), 'Content-Security-Policy': appPolicy })
}

async function answerInput(request: Request, pathname: string, opening: Promise<Lab>): Promise<Response> {
  const [, jobId, index] = /^\/([\w-]+)\/(\d{1,9})$/.exec(pathname) ?? []
  const lab = await opening.catch(() => null)
  const file = jobId && index ? lab?.inputPath(jobId, Number(index)) : null
  if (!file)
    return plain(404)
  return fileResponse(request, file, { ...always, 'Content-Type': inputType(file), 'Content-Security-Policy': 'default-src \'none\'; sandbox' })
}

function answerFailure({ failure, stateDir }: Sources): Response {
  const error = failure()
  if (!error)
    return plain(404)
  return new Response(failurePage(error, stateDir), {
    headers: { ...always, 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': 'default-src \'none\'; style-src \'unsafe-inline\'' },
  })
}
