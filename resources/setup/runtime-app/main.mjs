/**
 * Makes `electron PATH [args]` work in a runtime that came without Electron's own default app: it loads the app at PATH in
 * its place. Awaited to the end, because Electron holds `ready` back only until this module has been loaded, and an app
 * may have to speak before that (`protocol.registerSchemesAsPrivileged`).
 */
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'
import { appPathOf, findApp } from './appPath.mjs'

const path = appPathOf(process.argv.slice(1))

if (path === undefined) {
  process.stdout.write(`Electron ${process.versions.electron}. Usage: electron PATH [arguments]\n`)
  app.exit(0)
}
else {
  try {
    const { folder, entry, manifest } = findApp(path)
    const name = manifest.productName ?? manifest.name
    if (name)
      app.setName(name)
    // Electron's own default app calls these too; they are left out of its documentation.
    const loader = /** @type {{setAppPath: (path: string) => void, setVersion: (version: string) => void}} */ (/** @type {unknown} */ (app))
    loader.setAppPath(folder)
    if (manifest.version)
      loader.setVersion(manifest.version)
    Object.assign(process, { defaultApp: true })

    await import(pathToFileURL(entry).href)
  }
  catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
    app.exit(1)
  }
}
