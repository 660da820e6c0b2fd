import type { Command } from 'commander'
import type { ReservedWindow, WindowTime } from '../../../contract/model'
import type { Act } from '../context'
import { InvalidArgumentError } from 'commander'
import { TrancheError } from '../../../contract/errors'
import { weekdays } from '../../../contract/model'
import { deviceOf } from '../chooseDevice'
import { list } from '../quantities'
import { printable, table } from '../text'
import { moment, momentText } from '../times'

interface AddOptions { readonly device: readonly string[], readonly tenants?: readonly string[], readonly weekly?: readonly (typeof weekdays)[number][], readonly from: string, readonly to: string, readonly zone?: string }

export function addWindow(program: Command, act: Act): void {
  const window = program.command('window').description('times for which devices are kept for someone, or out of use')
  window.command('ls')
    .description('list the windows and when they are open next')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const windows = await withLab('ask', lab => lab.call('windows.list', {}))
      output.answer(windows, () => windows.length === 0 ? ['No windows. `tranche window add NAME --device D --from 09:00 --to 12:00 --weekly tue` keeps a device for a class.'] : windowLines(windows))
    }))
  window.command('add <name>')
    .description('keep devices for tenants; for nobody (maintenance) if none are named')
    .requiredOption('--device <device...>', 'devices: id, the beginning of one, name or label')
    .option('--tenants <paths>', 'who may run there meanwhile, with commas', list)
    .option('--weekly <days>', 'every week on these days, with commas: mon,tue,wed,thu,fri,sat,sun', days)
    .requiredOption('--from <time>', 'weekly: 09:00; once: now, +2h, 14:30, 2026-03-01T09:00')
    .requiredOption('--to <time>', 'weekly: 12:00; once: +4h, 17:00, 2026-03-01T12:00')
    .option('--zone <zone>', 'weekly: the time zone, e.g. Europe/Paris (default: this host\'s)')
    .action((name: string, options: AddOptions, command: Command) => act(command, async ({ output, withLab }) => {
      const added = await withLab('ask', async (lab) => {
        const devices = await Promise.all(options.device.map(async named => (await deviceOf(lab, named)).id))
        return lab.call('windows.add', { name, devices, tenants: [...options.tenants ?? []], time: timeOf(options) })
      })
      output.answer(added, () => windowLines([added]))
    }))
  window.command('rm <window>')
    .description('remove a window')
    .action((id: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const removed = await withLab('ask', lab => lab.call('windows.remove', { id }))
      output.answer(removed, () => [`Removed ${printable(id)}.`])
    }))
}

function timeOf({ weekly, from, to, zone }: AddOptions): WindowTime {
  if (weekly)
    return { kind: 'weekly', days: [...weekly], from, to, zone: zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone }
  if (zone !== undefined)
    throw new TrancheError('invalid_input', '--zone goes with --weekly; a time like 2026-03-01T09:00+01:00 names its own.')
  try {
    const fromMs = moment(from)
    return { kind: 'once', fromMs, toMs: moment(to, to.trim().startsWith('+') ? Date.now() : fromMs) }
  }
  catch (thrown) {
    throw thrown instanceof InvalidArgumentError ? new TrancheError('invalid_input', `--from and --to: ${thrown.message}`) : thrown
  }
}

function days(value: string): (typeof weekdays)[number][] {
  return list(value).map((given) => {
    const day = weekdays.find(known => known === given.toLowerCase().slice(0, 3))
    if (day === undefined)
      throw new InvalidArgumentError(`Days are ${weekdays.join(', ')}.`)
    return day
  })
}

function windowLines(windows: readonly ReservedWindow[]): string[] {
  return table([
    ['window', 'name', 'for', 'devices', 'next'],
    ...windows.map(({ id, name, tenants, devices, next }) => [id, name, tenants.join(', ') || 'nobody', String(devices.length), next ? `${momentText(next.fromMs)} to ${momentText(next.toMs)}` : 'over']),
  ])
}
