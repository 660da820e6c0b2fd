import type { Command } from 'commander'
import type { CallOutput } from '../../../contract/calls'
import type { Act } from '../context'
import type { Style } from '../text'
import { readText } from '../readText'
import { printable, table } from '../text'
import { startsText } from './profiles'

type Imported = CallOutput<'smi.import'>

const heading = [' ', 'profile', 'id', 'GiB', 'SMs', 'max', 'starts', 'size']

export function addImportSmi(program: Command, act: Act): void {
  program.command('import-smi <file>')
    .description('read what nvidia-smi printed (-q -x, -L, mig -lgip, -lgipp, -lgi) and compare it with the built-in tables; - for standard input')
    .action((file: string, _options, command: Command) => act(command, async (context) => {
      const text = await readText(context, file)
      const imported = await context.withLab('ask', lab => lab.call('smi.import', { text }))
      context.output.answer(imported, () => lines(imported, context.output.style))
    }))
}

function lines({ devices, differences, problems }: Imported, style: Style): string[] {
  return [
    ...devices.flatMap(device => deviceLines(device, style)),
    ...differences.length === 0
      ? ['No difference from the built-in tables.']
      : ['Differences from the built-in tables:', ...table(differences.map(({ device, profile, field, table, driver }) => [' ', device, profile, field, `table ${table ?? 'has none'}`, `driver ${driver ?? 'has none'}`]))],
    ...problems.map(({ line, message }) => style.bad(`line ${line}: ${printable(message)}`)),
  ]
}

function deviceLines({ index, name, uuid, model, migEnabled, profiles, instances }: Imported['devices'][number], style: Style): string[] {
  const what = [model ?? 'of no known model', ...migEnabled === null ? [] : [`MIG ${migEnabled ? 'on' : 'off'}`], ...uuid === null ? [] : [uuid]]
  return [
    `${style.strong(printable(`GPU ${index}  ${name ?? 'without a name'}`))}  ${style.faint(printable(what.join(', ')))}`,
    ...profiles.length === 0 ? [] : table([heading, ...profiles.map(({ id, name, memoryGiB, sm, maxInstances, starts, size }) => [' ', name ?? '?', id, memoryGiB?.toFixed(2), sm, maxInstances, starts && startsText(starts), size].map(cell => String(cell ?? '-')))]),
    ...instances.map(({ profile, instanceId, start, size }) => printable(`  instance ${instanceId}: ${profile} at ${start}:${size}`)),
  ]
}
