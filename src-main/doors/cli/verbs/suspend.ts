import type { Command } from 'commander'
import type { Act } from '../context'
import { describeJob } from '../jobReport'
import { printable } from '../text'

export function addSuspend(program: Command, act: Act): void {
  program.command('suspend <job>')
    .description('stop a job at its batch\'s end and give its slice back; nothing that it has done is lost')
    .action((id: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const job = await withLab('ask', lab => lab.call('jobs.suspend', { id }))
      output.answer(describeJob(job), () => [`${printable(job.id)}  ${job.state}`])
      output.talk(`\`tranche resume ${job.id}\` lets it go on.`)
    }))
}
