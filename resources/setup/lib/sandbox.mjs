import process from 'node:process'
import { readIfThere } from './files.mjs'

/**
 * Why Chromium's sandbox cannot work here, on Linux: it refuses root, and needs user namespaces where its helper is not
 * installed set-user-id (Debian's and Ubuntu's kernels have a switch each).
 *
 * @returns {string | undefined} nothing when it works
 */
export function whyNoSandbox() {
  if (process.platform !== 'linux')
    return undefined
  if (process.getuid?.() === 0)
    return 'running as root'
  if (readIfThere('/proc/sys/kernel/unprivileged_userns_clone')?.trim() === '0')
    return 'kernel.unprivileged_userns_clone is 0'
  if (readIfThere('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')?.trim() === '1')
    return 'kernel.apparmor_restrict_unprivileged_userns is 1'
  return undefined
}

/**
 * The flags the runtime needs on this machine, said to the person when there are any.
 *
 * @returns {string[]} to come before the app's path
 */
export function sandboxFlags() {
  const reason = whyNoSandbox()
  if (reason)
    process.stderr.write(`  Chromium's sandbox is off: ${reason}\n`)
  return reason ? ['--no-sandbox'] : []
}
