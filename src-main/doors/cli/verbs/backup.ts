import type { Command } from 'commander'
import type { Act } from '../context'
import { resolve } from 'node:path'
import { bytes, count, printable } from '../text'

export function addBackup(program: Command, act: Act): void {
  program.command('backup <file>')
    .description('write the whole lab as it is now into one file, while its jobs run; models that can be fetched again are left out')
    .action((file: string, _options, command: Command) => act(command, async ({ output, cwd, withLab }) => {
      const made = await withLab('stay', lab => lab.call('lab.backup', { file: resolve(cwd, file) }))
      output.answer(made, () => [
        `${printable(made.file)} has the lab with ${count(made.jobs, 'job')}, ${bytes(made.bytes)}.`,
        ...made.missing.length === 0 ? [] : [`${count(made.missing.length, 'result')} of it were not there any more.`],
      ])
    }))
}
