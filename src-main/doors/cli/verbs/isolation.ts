import type { Command } from 'commander'
import type { Isolation } from '../../../contract/model'
import type { Act } from '../context'
import { printable } from '../text'

const promises: readonly (readonly [field: 'files' | 'network' | 'programs' | 'endsWithLab', kept: string, broken: string])[] = [
  ['files', 'cannot reach files other than those of its job', 'can reach every file that you can'],
  ['network', 'cannot reach the network', 'can reach the network'],
  ['programs', 'cannot start other programs', 'can start other programs'],
  ['endsWithLab', 'ends with the lab, even while it is stopped', 'may outlive the lab'],
]

export function addIsolation(program: Command, act: Act): void {
  program.command('isolation')
    .description('say what this host offers to keep workers, which run models that others made, away from everything else')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const isolation = await withLab('ask', lab => lab.call('lab.isolation', {}))
      output.answer(isolation, () => [
        'On this host a worker',
        ...promiseLines(isolation, output.style.good, output.style.bad),
        ...isolation.detail === '' ? [] : [printable(isolation.detail)],
      ])
    }))
}

function promiseLines(isolation: Isolation, good: (text: string) => string, bad: (text: string) => string): string[] {
  return promises.map(([field, kept, broken]) => isolation[field] ? `  ${good('kept')}      ${kept}` : `  ${bad('not kept')}  ${broken}`)
}
