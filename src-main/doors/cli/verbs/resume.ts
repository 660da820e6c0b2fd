import type { Command } from 'commander'
import type { Act, VerbContext } from '../context'
import { describeJob } from '../jobReport'
import { printable } from '../text'
import { runAndShow } from '../waitVerb'

export function addResume(program: Command, act: Act): void {
  program.command('resume <job>')
    .description('let a suspended job go on where it was')
    .option('--wait', 'wait for its end, show the results, and run it here if no app or server does')
    .action((id: string, { wait }: { wait?: true }, command: Command) => act(command, async context => wait
      ? runAndShow(context, lab => lab.call('jobs.resume', { id }))
      : resumeOnly(context, id)))
}

async function resumeOnly({ output, withLab }: VerbContext, id: string): Promise<void> {
  await withLab('ask', async (lab) => {
    const job = await lab.call('jobs.resume', { id })
    output.answer(describeJob(job), () => [`${printable(job.id)}  ${job.state}`])
    if ((await lab.owner()).kind === 'cli')
      output.talk(`No app or server has this state folder open. The job waits for one, for \`tranche serve\`, or for \`tranche jobs ${job.id} --wait\`.`)
  })
}
