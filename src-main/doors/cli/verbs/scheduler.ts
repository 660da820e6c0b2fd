import type { Command } from 'commander'
import type { SchedulerSettings } from '../../../contract/model'
import type { Act } from '../context'
import { InvalidArgumentError } from 'commander'
import { durationMs, orWord, wholeNumber, withoutWord } from '../quantities'
import { duration, table } from '../text'

interface Options { readonly halfLife?: number, readonly aging?: number | 'never', readonly preemption?: boolean, readonly moving?: boolean, readonly reservations?: number, readonly keepJobs?: number | 'never', readonly keepEvents?: number | 'never', readonly backupEvery?: number | 'never', readonly keepBackups?: number }

export function addScheduler(program: Command, act: Act): void {
  program.command('scheduler')
    .description('show or change how the scheduler weighs, and what is kept for how long')
    .option('--half-life <time>', 'after this time a use counts half', durationMs)
    .option('--aging <time>', 'a waiting job gains one priority in each such time; never for no aging', orWord('never', durationMs))
    .option('--preemption <on|off>', 'whether jobs are evicted for others', onOff)
    .option('--moving <on|off>', 'whether jobs are moved to make room', onOff)
    .option('--reservations <n>', 'blocked jobs that slices are kept for', wholeNumber)
    .option('--keep-jobs <time>', 'how long ended jobs are kept; never to keep all', orWord('never', durationMs))
    .option('--keep-events <time>', 'how long the event log is kept; never to keep all', orWord('never', durationMs))
    .option('--backup-every <time>', 'how often the database is backed up; never for not at all', orWord('never', durationMs))
    .option('--keep-backups <n>', 'backups that are kept', wholeNumber)
    .action((options: Options, command: Command) => act(command, async ({ output, withLab }) => {
      const wish = toSettings(options)
      const settings = await withLab('ask', lab => Object.keys(wish).length > 0 ? lab.call('schedule.change', wish) : lab.call('schedule.settings', {}))
      output.answer(settings, () => table(lines(settings)))
    }))
}

function toSettings({ halfLife, aging, preemption, moving, reservations, keepJobs, keepEvents, backupEvery, keepBackups }: Options): Partial<SchedulerSettings> {
  return {
    ...halfLife !== undefined && { halfLifeMs: halfLife },
    ...aging !== undefined && { agingMs: withoutWord(aging) },
    ...preemption !== undefined && { preemption },
    ...moving !== undefined && { moving },
    ...reservations !== undefined && { reservations },
    ...keepJobs !== undefined && { keepJobsMs: withoutWord(keepJobs) },
    ...keepEvents !== undefined && { keepEventsMs: withoutWord(keepEvents) },
    ...backupEvery !== undefined && { backupEveryMs: withoutWord(backupEvery) },
    ...keepBackups !== undefined && { keepBackups },
  }
}

function lines(settings: SchedulerSettings): string[][] {
  const time = (ms: number | null) => ms === null ? 'never' : duration(ms)
  return [
    ['half-life', time(settings.halfLifeMs)],
    ['aging', time(settings.agingMs)],
    ['preemption', settings.preemption ? 'on' : 'off'],
    ['moving', settings.moving ? 'on' : 'off'],
    ['reservations', String(settings.reservations)],
    ['keep jobs', time(settings.keepJobsMs)],
    ['keep events', time(settings.keepEventsMs)],
    ['backup every', time(settings.backupEveryMs)],
    ['keep backups', String(settings.keepBackups)],
  ]
}

function onOff(value: string): boolean {
  if (value !== 'on' && value !== 'off')
    throw new InvalidArgumentError('It is on or off.')
  return value === 'on'
}
