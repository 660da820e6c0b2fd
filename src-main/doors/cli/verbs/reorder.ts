import type { Command } from 'commander'
import type { Act } from '../context'
import { TrancheError } from '../../../contract/errors'
import { priority } from '../lineOptions'
import { printable } from '../text'

interface ReorderOptions { readonly priority?: number, readonly queue?: string, readonly before?: string, readonly last?: true }

export function addReorder(program: Command, act: Act): void {
  program.command('reorder <job>')
    .description('change where a waiting job stands')
    .option('--priority <n>', 'among the jobs of its tenant in its queue', priority)
    .option('--queue <queue>', 'another queue')
    .option('--before <job>', 'right before another job of its tenant and queue')
    .option('--last', 'behind all others of its tenant and queue')
    .action((id: string, { priority, queue, before, last }: ReorderOptions, command: Command) => act(command, async ({ output, withLab }) => {
      if (priority === undefined && queue === undefined && before === undefined && !last)
        throw new TrancheError('invalid_input', 'Say where it shall stand: --priority, --queue, --before JOB or --last.')
      const job = await withLab('ask', lab => lab.call('jobs.reorder', { id, ...priority !== undefined && { priority }, ...queue !== undefined && { queue }, ...before !== undefined && { before }, ...last && { before: null } }))
      output.answer(job, () => [`${printable(job.id)}  priority ${job.priority} in ${printable(job.queue)}`])
    }))
}
