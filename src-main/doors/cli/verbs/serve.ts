import type { Command } from 'commander'
import type { Lab } from '../../../lab'
import type { Act, VerbContext } from '../context'
import type { Output } from '../output'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { TrancheError } from '../../../contract/errors'
import { serveSocket } from '../../socket/server'
import { interruptible, whenAborted } from '../interrupt'

/** How long to try while a command that only asks something has the folder open. */
const patienceMs = 5000
const retryMs = 50

export function addServe(program: Command, act: Act): void {
  program.command('serve')
    .description('own the lab, run its jobs and answer other commands until Ctrl-C or SIGTERM')
    .action((_options, command: Command) => act(command, context => interruptible(async (signal) => {
      const lab = await own(context)
      try {
        await serveUntil(lab, context.output, signal)
      }
      finally {
        await lab.close()
      }
      context.output.talk('Closed. Jobs that were running keep what they have done and wait in the queue.')
    })))
}

async function serveUntil(lab: Lab, output: Output, signal: AbortSignal): Promise<void> {
  const server = await serveSocket(lab)
  output.answerLine({ ready: true, pid: process.pid, socket: server.path, stateDir: lab.stateDir }, () => `ready  pid ${process.pid}  socket ${server.path}`)
  await whenAborted(signal)
  await server.close()
}

async function own({ stateDir, output }: VerbContext): Promise<Lab> {
  const { openHeadlessLab } = await import('../../../headless')
  const startedMs = Date.now()
  for (;;) {
    try {
      return await openHeadlessLab({ stateDir, owner: 'serve', runJobs: true })
    }
    catch (thrown) {
      const owned = thrown instanceof TrancheError && thrown.code === 'state_owned'
      const lasting = owned && ['app', 'serve'].includes(String(thrown.options.details?.owner))
      if (!owned || lasting || Date.now() - startedMs > patienceMs)
        throw thrown
      output.progress('Waiting for another command to let go of the state folder')
      await delay(retryMs)
    }
  }
}
