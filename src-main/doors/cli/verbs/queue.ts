import type { Command } from 'commander'
import type { Queue } from '../../../contract/model'
import type { Act } from '../context'
import type { QueueOptions } from '../termsOptions'
import { addQueueOptions, toQueueTerms } from '../termsOptions'
import { duration, printable, table } from '../text'

export function addQueue(program: Command, act: Act): void {
  const queue = program.command('queue').description('the lines that jobs stand in')
  queue.command('ls')
    .description('list the queues, and how many stand in each')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const queues = await withLab('ask', lab => lab.call('queues.list', {}))
      output.answer(queues, () => queueLines(queues))
    }))
  addQueueOptions(queue.command('add <name>').description('add a queue'))
    .action((name: string, options: QueueOptions, command: Command) => act(command, async ({ output, withLab }) => {
      const added = await withLab('ask', lab => lab.call('queues.add', { name, terms: toQueueTerms(options) }))
      output.answer(added, () => queueLines([added]))
    }))
  addQueueOptions(queue.command('set <queue>').description('change a queue').option('--name <name>', 'another name'))
    .action((id: string, { name, ...options }: QueueOptions & { name?: string }, command: Command) => act(command, async ({ output, withLab }) => {
      const changed = await withLab('ask', lab => lab.call('queues.change', { id, ...name !== undefined && { name }, terms: toQueueTerms(options) }))
      output.answer(changed, () => queueLines([changed]))
    }))
  queue.command('rm <queue>')
    .description('remove a queue without jobs')
    .action((id: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const removed = await withLab('ask', lab => lab.call('queues.remove', { id }))
      output.answer(removed, () => [`Removed ${printable(id)}.`])
    }))
}

function queueLines(queues: readonly Queue[]): string[] {
  return table([
    ['queue', 'class', 'rank', 'state', 'run time', 'at least', 'running', 'waiting', 'held'],
    ...queues.map(({ name, terms, counts }) => [name, terms.priorityClass, String(terms.rank), terms.state, terms.defaultMaxRunMs === null ? 'any' : duration(terms.defaultMaxRunMs), duration(terms.minRunMs), String(counts.running), String(counts.queued), String(counts.held)]),
  ])
}
