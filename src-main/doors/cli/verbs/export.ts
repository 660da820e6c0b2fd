import type { Command } from 'commander'
import type { ExportFormat } from '../../../contract/model'
import type { Act } from '../context'
import { Argument } from 'commander'
import { exportFormats } from '../../../contract/model'
import { chooseDevice } from '../chooseDevice'
import { printable } from '../text'
import { writeFiles } from '../writeFiles'

interface ExportOptions { readonly device?: readonly string[], readonly out?: string, readonly force?: true }

export function addExport(program: Command, act: Act): void {
  program.command('export')
    .addArgument(new Argument('<format>', 'the tool that is to read it').choices(exportFormats))
    .description('give the layouts of devices in another tool\'s words; what that tool cannot say is refused')
    .option('--device <device...>', 'only these: id, the beginning of one, name or label')
    .option('--out <dir>', 'write the files into this folder')
    .option('--force', 'with --out: also over files that are there')
    .action((format: ExportFormat, { device: given, out, force }: ExportOptions, command: Command) => act(command, async ({ output, withLab, cwd }) => {
      const exported = await withLab('ask', async (lab) => {
        const all = given ? await lab.call('devices.list', {}) : []
        return lab.call('layouts.export', { format, ...given && { devices: [...new Set(given.map(one => chooseDevice(all, one).id))] } })
      })
      const written = out === undefined ? undefined : await writeFiles(exported.files, out, cwd, force ?? false)
      output.answer(written ? { ...exported, written } : exported, () => written ? written.map(path => `Wrote ${printable(path)}`) : fileLines(exported.files))
      for (const note of output.json ? [] : exported.notes)
        output.talk(note)
    }))
}

/** The text itself; with a heading each where there are several. */
function fileLines(files: readonly { readonly name: string, readonly text: string }[]): string[] {
  return files.flatMap(({ name, text }, i) => [
    ...files.length === 1 ? [] : [...i === 0 ? [] : [''], `# ${printable(name)}`],
    ...text.replace(/\r?\n$/, '').split(/\r?\n/).map(line => line.split('\t').map(printable).join('\t')),
  ])
}
