import process from 'node:process'
import { systemCode } from '../../contract/errors'
import { exitStatus } from './exitStatus'
import { runCli } from './run'
import { openSession } from './session'

/**
 * The command line, started in plain Node by the package's `tranche` command.
 * A reader that stops reading (`tranche events | head`) is no failure: what is still said is said to no one.
 */
const unread = new AbortController()
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (unread.signal.aborted || systemCode(error) === 'EPIPE')
      return unread.abort()
    // A full disk behind `> file`: the answer is lost, so the command has failed.
    if (stream === process.stdout)
      process.stderr.write(`tranche: The answer could not be written: ${error.message}\n`)
    process.exit(exitStatus.failed)
  })
}

const status = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  openSession,
  unread: unread.signal,
})

// Not by itself: a handle that some library left open must not keep a finished command alive.
process.stdout.write('', () => process.exit(status))
