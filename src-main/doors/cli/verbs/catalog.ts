import type { Command } from 'commander'
import type { CatalogEntry } from '../../../contract/model'
import type { Act } from '../context'
import { bytes, table } from '../text'

export function addCatalog(program: Command, act: Act): void {
  program.command('catalog')
    .description('list the models that can be had, and which are here')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const entries = await withLab('ask', lab => lab.call('catalog.list', {}))
      output.answer(entries, () => table(entries.map(entry => [entry.id, stateOf(entry), entry.recipe, bytes(entry.sizeBytes), entry.licence, entry.name])))
    }))
}

function stateOf({ state, progress, error }: CatalogEntry): string {
  if (state === 'pulling')
    return `pulling ${Math.floor(progress * 100)} %`
  return state === 'failed' && error ? `failed (${error.code})` : state
}
