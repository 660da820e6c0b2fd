import type { Command } from 'commander'
import type { Act } from '../context'
import { describeJob } from '../jobReport'
import { printable } from '../text'

export function addCancel(program: Command, act: Act): void {
  program.command('cancel <id>')
    .description('stop a job; the results it has are kept')
    .action((id: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const job = await withLab('ask', lab => lab.call('jobs.cancel', { id }))
      output.answer(describeJob(job), () => [`${printable(job.id)}  ${job.state}`])
    }))
}
