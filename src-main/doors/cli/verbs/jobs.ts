import type { Command } from 'commander'
import type { Job, JobState, JobSummary } from '../../../contract/model'
import type { Act, VerbContext } from '../context'
import { Option } from 'commander'
import { jobStates } from '../../../contract/model'
import { describeJob, itemName, summaryLine } from '../jobReport'
import { stateLines } from '../jobState'
import { duration, printable, table } from '../text'
import { runAndShow } from '../waitVerb'

interface JobsOptions { readonly wait?: true, readonly only?: readonly JobState[] }

export function addJobs(program: Command, act: Act): void {
  program.command('jobs [id]')
    .description('list the jobs, newest first, or show one')
    .option('--wait', 'with an id: wait for its end, show the results, and run it here if no app or server does')
    .addOption(new Option('--only <state...>', 'without an id: jobs in these states').choices(jobStates))
    .action((id: string | undefined, options: JobsOptions, command: Command) => act(command, async (context) => {
      if (id === undefined)
        return list(context, options.only)
      if (options.wait)
        return runAndShow(context, lab => lab.call('jobs.get', { id }))
      const job = await context.withLab('ask', lab => lab.call('jobs.get', { id }))
      context.output.answer(describeJob(job), () => jobLines(job))
    }))
}

async function list({ output, withLab }: VerbContext, states: readonly JobState[] | undefined): Promise<void> {
  const jobs = await withLab('ask', lab => lab.call('jobs.list', { ...states && { states: [...states] } }))
  output.answer(jobs, () => jobs.length === 0 ? ['No jobs. `tranche sample` runs a first one.'] : table(jobs.map(row)))
}

function row(job: JobSummary): string[] {
  const { done, failed, total } = job.counts
  return [
    job.id,
    job.state,
    job.recipe,
    job.serving ? 'serving' : `${done}/${total}${failed > 0 ? ` (${failed} failed)` : ''}`,
    job.slice ? job.slice.profile : job.request.profile ?? '-',
    job.timing.startedAtMs === null ? '-' : duration(job.timing.runMs),
    job.title,
  ]
}

/** The job itself, how it stands, then its inputs with where each result lies, or how to get at those that lie in the lab. */
function jobLines(job: Job): string[] {
  const said = job.error?.message ?? job.waiting
  const isKept = job.items.some(({ state, output }) => state === 'done' && output === null)
  return [
    printable(summaryLine(job, null)),
    ...said ? [`  ${printable(said)}`] : [],
    ...stateLines(job).map(line => `  ${printable(line)}`),
    ...table(job.items.map(item => [`  ${itemName(item)}`, item.state, item.output ?? item.error?.message ?? ''])),
    ...isKept ? [`  \`tranche results ${job.id} --out DIR\` writes the results as files.`] : [],
  ]
}
