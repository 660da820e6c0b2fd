import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'

/**
 * Makes sharp safe to use inside Electron on Linux; call it before sharp is imported. Elsewhere it does nothing.
 *
 * Electron links the system's GLib (for GTK), and sharp brings a GLib of its own inside libvips. As the system's comes
 * first in the process, sharp's binding calls that one with objects of the other: each picture then leaks, with
 * `GLib-GObject-CRITICAL` messages, and some builds crash (sharp's own page "Electron and Linux" warns of it). Binding
 * it deep makes it find libvips's GLib first. libvips itself is loaded before and plainly: it must share the process's
 * memory allocator.
 */
export function bindSharpToItsOwnGlib(): void {
  if (process.platform !== 'linux' || !process.versions.electron)
    return
  const fromSharp = createRequire(createRequire(import.meta.url).resolve('sharp'))
  const name = `@img/sharp-linux-${process.arch}`
  const folder = join(dirname(fromSharp.resolve(`${name}/package`)), 'lib')
  const binding = readdirSync(folder).find(file => file.endsWith('.node'))
  if (!binding)
    return
  loadLibrary(fromSharp.resolve(`@img/sharp-libvips-linux-${process.arch}/binary`))
  process.dlopen({ exports: {} }, join(folder, binding), constants.dlopen.RTLD_LAZY | constants.dlopen.RTLD_DEEPBIND)
}

/** `dlopen` loads it and only then complains that it is no module of Node's; libvips is marked as never to be unloaded. */
function loadLibrary(file: string): void {
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_LAZY)
  }
  catch (thrown) {
    if (!(thrown instanceof Error && thrown.message.startsWith('Module did not self-register')))
      throw thrown
  }
}
