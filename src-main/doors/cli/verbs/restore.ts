import type { Command } from 'commander'
import type { Act } from '../context'
import { resolve } from 'node:path'
import { count, printable } from '../text'

export function addRestore(program: Command, act: Act): void {
  program.command('restore <file>')
    .description('put a backup in place of the lab, which nobody may have open; the lab that was there is set aside')
    .action((file: string, _options, command: Command) => act(command, async ({ output, stateDir, cwd }) => {
      // Loaded only now: no other verb opens a database itself.
      const { restore } = await import('../../../keeping/restore')
      const restored = await restore(resolve(cwd, file), stateDir, Date.now())
      const { dir, atMs, jobs, before, missing, models } = restored
      output.answer(restored, () => [
        `${printable(dir)} is the lab of ${new Date(atMs).toLocaleString()} again, with ${count(jobs, 'job')}.`,
        ...before === null ? [] : [`The lab that was there is now ${printable(before)}.`],
        ...missing.length === 0 ? [] : [`${count(missing.length, 'result')} were not in the backup.`],
        ...models.map(id => `\`tranche pull ${printable(id)}\` fetches a model that the lab had.`),
      ])
    }))
}
