import process from 'node:process'
import { systemCode } from '../../contract/errors'
import { exitStatus } from './exitStatus'
import { runCli } from './run'
import { openSession } from './session'

/** The command line, started in plain Node by the package's `tranche` command. */
const unread = new AbortController()
process.stdout.on('error', onUnwritten)
process.stderr.on('error', () => undefined)

const status = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
  env: process.env,
  cwd: currentFolder(),
  openSession,
  unread: unread.signal,
})

// Not by itself: a handle that some library left open must not keep a finished command alive.
process.stdout.write('', (error) => {
  if (error)
    onUnwritten(error)
  process.exit(status)
})

/** A reader that has read enough (`tranche events | head`) is no failure; a full disk behind `> file` is one. */
function onUnwritten(error: Error): void {
  if (unread.signal.aborted || systemCode(error) === 'EPIPE')
    return unread.abort()
  process.stderr.write(`tranche: The answer could not be written: ${error.message}\n`)
  process.exit(exitStatus.failed)
}

function currentFolder(): string {
  try {
    return process.cwd()
  }
  catch {
    process.stderr.write('tranche: The current folder was removed. Change to one that exists, then run this again.\n')
    process.exit(exitStatus.misuse)
  }
}
