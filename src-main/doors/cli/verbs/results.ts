import type { Command } from 'commander'
import type { Act } from '../context'
import { outFolder } from '../submitInput'
import { count, printable } from '../text'

export function addResults(program: Command, act: Act): void {
  program.command('results <id>')
    .description('write the results that a job has as files, a tensor or a JSON text each')
    .requiredOption('--out <dir>', 'the folder that gets them')
    .action((id: string, { out }: { out: string }, command: Command) => act(command, async ({ output, withLab, cwd }) => {
      const exported = await withLab('ask', lab => lab.call('jobs.export', { id, outDir: outFolder(out, cwd) }))
      output.answer(exported, () => [`Wrote ${count(exported.results, 'result')} to ${printable(exported.outDir)}`])
    }))
}
