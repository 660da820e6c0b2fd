import type { Command } from 'commander'
import type { Act } from '../context'
import { describeJob } from '../jobReport'
import { printable } from '../text'
import { runAndShow } from '../waitVerb'

export function addRetry(program: Command, act: Act): void {
  program.command('retry <id>')
    .description('queue an ended job again, as a new one')
    .option('--only-failed', 'keep the results it has; run only the inputs that failed')
    .option('--wait', 'wait for its end and show the results')
    .action((id: string, options: { onlyFailed?: true, wait?: true }, command: Command) => act(command, async (context) => {
      const input = { id, onlyFailed: options.onlyFailed ?? false }
      if (options.wait)
        return runAndShow(context, lab => lab.call('jobs.retry', input))
      const job = await context.withLab('ask', lab => lab.call('jobs.retry', input))
      context.output.answer(describeJob(job), () => [`${printable(job.id)}  ${job.state}`])
    }))
}
