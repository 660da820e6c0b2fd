import process from 'node:process'
import { app } from 'electron'
import { appUrl } from './protocol'

export interface PageSource {
  readonly url: string
  readonly origin: string
  readonly isDevelopment: boolean
}

/**
 * Where the window's page comes from: the build, through our own scheme; in development, the server of the build tool on
 * this machine. The variable is ignored in a packaged app, and where it names any other machine.
 */
export function pageSource(env: NodeJS.ProcessEnv = process.env, isPackaged: boolean = app.isPackaged): PageSource {
  const url = env.ELECTRON_RENDERER_URL
  if (url && !isPackaged && URL.canParse(url)) {
    const { hostname, origin } = new URL(url)
    if (['localhost', '127.0.0.1', '[::1]'].includes(hostname))
      return { url, origin, isDevelopment: true }
  }
  return { url: appUrl, origin: 'tranche://app', isDevelopment: false }
}
