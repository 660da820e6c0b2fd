import type { Command } from 'commander'
import type { Act } from '../context'
import { table } from '../text'

export function addBackends(program: Command, act: Act): void {
  program.command('backends')
    .description('list what models can be computed on here, and why not on the rest')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const backends = await withLab('ask', lab => lab.call('backends.list', {}))
      output.answer(backends, () => table(
        backends.map(({ id, name, usable, detail }) => [id, usable ? 'here' : 'not here', name, detail]),
        (cell, row, column) => column === 1 ? (backends[row].usable ? output.style.good(cell) : output.style.faint(cell)) : cell,
      ))
    }))
}
