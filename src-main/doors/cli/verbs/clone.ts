import type { Command } from 'commander'
import type { Act } from '../context'
import { resolve } from 'node:path'
import { count, printable } from '../text'

export function addClone(program: Command, act: Act): void {
  program.command('clone <dir>')
    .description('make a lab like this one in a new folder: virtual devices and layouts, models, tenants, queues, windows, settings')
    .option('--jobs', 'with its jobs, results and log; what has not ended will run there too')
    .action((dir: string, { jobs = false }: { readonly jobs?: boolean }, command: Command) => act(command, async ({ output, cwd, withLab }) => {
      const made = await withLab('stay', lab => lab.call('lab.clone', { dir: resolve(cwd, dir), jobs }))
      output.answer(made, () => [`${printable(made.dir)} is a lab like this one with ${count(made.jobs, 'job')}. \`--state\` names it.`])
    }))
}
