import type { Command } from 'commander'
import type { CallInput } from '../../../contract/calls'
import type { JobState, PriorityClass } from '../../../contract/model'
import type { Act } from '../context'
import { Argument, Option } from 'commander'
import { TrancheError } from '../../../contract/errors'
import { jobStates, priorityClasses } from '../../../contract/model'
import { exitStatus } from '../exitStatus'
import { priority } from '../lineOptions'
import { list } from '../quantities'
import { count } from '../text'

type Action = CallInput<'jobs.bulk'>['action']
interface BulkOptions { readonly only?: readonly JobState[], readonly text?: string, readonly tenant?: string, readonly queue?: string, readonly class?: readonly PriorityClass[], readonly jobLabels?: readonly string[], readonly all?: true, readonly to?: string, readonly priority?: number }

const actions = ['cancel', 'hold', 'release', 'suspend', 'resume', 'retry', 'priority', 'queue'] as const satisfies readonly Action[]

export function addBulk(program: Command, act: Act): void {
  program.command('bulk')
    .description('do the same to many jobs: those named, or all that fit')
    .addArgument(new Argument('<action>', 'what to do').choices(actions))
    .argument('[jobs...]', 'ids')
    .addOption(new Option('--only <state...>', 'jobs in these states').choices(jobStates))
    .option('--text <text>', 'jobs with this in id, name, input, recipe, model, profile or labels')
    .option('--tenant <path>', 'jobs of a tenant and all below it')
    .option('--queue <queue>', 'jobs of a queue')
    .addOption(new Option('--class <class...>', 'jobs of these classes').choices(priorityClasses))
    .option('--job-labels <key=value,...>', 'jobs with all of these labels', list)
    .option('--all', 'every job')
    .option('--to <queue>', 'with queue: where they go')
    .option('--priority <n>', 'with priority: what they get', priority)
    .action((action: Action, jobs: string[], options: BulkOptions, command: Command) => act(command, async ({ output, withLab }) => {
      const wish = toBulk(action, jobs, options)
      const answer = await withLab('ask', lab => lab.call('jobs.bulk', wish))
      output.answer(answer, () => [`${count(answer.done, 'job')} done${answer.refused.length > 0 ? `, ${answer.refused.length} refused` : ''}.`, ...answer.refused.map(({ id, message }) => `  ${id}  ${message}`)])
      return answer.refused.length > 0 && answer.done === 0 ? exitStatus.failed : exitStatus.done
    }))
}

function toBulk(action: Action, ids: readonly string[], { only, text, tenant, queue, class: classes, jobLabels, all, to, priority: wanted }: BulkOptions): CallInput<'jobs.bulk'> {
  const filter = {
    ...only && { states: [...only] },
    ...text !== undefined && { text },
    ...tenant !== undefined && { tenant },
    ...queue !== undefined && { queue },
    ...classes && { classes: [...classes] },
    ...jobLabels && { labels: [...jobLabels] },
  }
  const filtered = all === true || Object.keys(filter).length > 0
  if (filtered === (ids.length > 0))
    throw new TrancheError('invalid_input', filtered ? 'Name jobs or a filter, not both.' : 'Name the jobs, or which: --tenant, --queue, --only, --text, --job-labels or --all.')
  if (action === 'queue' && to === undefined)
    throw new TrancheError('invalid_input', 'Name the queue that they go to: --to QUEUE.')
  if (action === 'priority' && wanted === undefined)
    throw new TrancheError('invalid_input', 'Say which priority they get: --priority N.')
  return { action, ...filtered ? { filter } : { ids: [...ids] }, ...action === 'queue' && { value: to }, ...action === 'priority' && { value: wanted } }
}
