import type { Command } from 'commander'
import type { EventRow } from '../../../contract/model'
import type { Act, VerbContext } from '../context'
import { InvalidArgumentError } from 'commander'
import { exitStatus } from '../exitStatus'
import { followEvents, readEvents } from '../followEvents'
import { interruptible } from '../interrupt'
import { printable } from '../text'

export function addEvents(program: Command, act: Act): void {
  program.command('events')
    .description('show what happened, oldest first')
    .option('--after <seq>', 'only what came after this number', sequence, 0)
    .option('--follow', 'go on with what happens from now; with --json a line of JSON each')
    .action((options: { after: number, follow?: true }, command: Command) => act(command, async (context) => {
      if (options.follow)
        return follow(context, options.after)
      const rows = await context.withLab('ask', async (lab) => {
        const all: EventRow[] = []
        for await (const row of readEvents(lab, options.after))
          all.push(row)
        return all
      })
      context.output.answer(rows, () => rows.map(eventLine))
    }))
}

async function follow({ output, stateDir, unread, withLab }: VerbContext, after: number) {
  const print = (row: EventRow) => output.answerLine(row, () => eventLine(row))
  const stopped = await interruptible(async (interrupt) => {
    const signal = AbortSignal.any([interrupt, unread])
    const last = await withLab('ask', async (lab) => {
      let seq = after
      for await (const row of readEvents(lab, after)) {
        print(row)
        seq = row.seq
      }
      return seq
    })
    await followEvents(stateDir, last, print, signal)
    return interrupt.aborted
  })
  return stopped ? exitStatus.interrupted : exitStatus.done
}

/** `   12  2026-01-02T03:04:05.678Z  job.queued  job_...  {"recipe":"ocr"}` */
function eventLine({ seq, atMs, type, subject, data }: EventRow): string {
  return printable(`${String(seq).padStart(6)}  ${new Date(atMs).toISOString()}  ${type.padEnd(16)}  ${subject}  ${JSON.stringify(data)}`)
}

function sequence(value: string): number {
  if (!/^\d{1,15}$/.test(value))
    throw new InvalidArgumentError('It is a whole number from 0.')
  return Number(value)
}
