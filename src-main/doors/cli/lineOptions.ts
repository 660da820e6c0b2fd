import type { Command } from 'commander'
import type { CallInput } from '../../contract/calls'
import { InvalidArgumentError } from 'commander'
import { TrancheError } from '../../contract/errors'
import { durationMs, wholeNumber } from './quantities'
import { moment } from './times'

/** Who asks, in which line and when, as typed. */
export interface LineOptions {
  readonly name?: string
  readonly tenant?: string
  readonly queue?: string
  readonly priority?: number
  readonly count?: number
  readonly jobLabel?: Readonly<Record<string, string>>
  readonly after?: readonly string[]
  readonly afterAny?: readonly string[]
  readonly notBefore?: number
  readonly deadline?: number
  readonly maxRun?: number
  readonly retries?: number
  readonly retryDelay?: number
  readonly hold?: true
}

type LineInput = Pick<CallInput<'jobs.submit'>, 'name' | 'tenant' | 'queue' | 'priority' | 'count' | 'labels' | 'dependsOn' | 'notBeforeMs' | 'deadlineMs' | 'maxRunMs' | 'retries' | 'hold'>

export function addLineOptions(command: Command): Command {
  return command
    .option('--name <name>', 'what you call it')
    .option('--tenant <path>', 'who asks: a tenant\'s path, e.g. physics/ann (default: me)')
    .option('--queue <queue>', 'the line it stands in (default: normal)')
    .option('--priority <n>', 'among the jobs of its tenant in its queue: -1000 to 1000 (default: 0)', priority)
    .option('--count <n>', 'slices it runs on at the same time, all or none: its inputs are dealt out among them', wholeNumber)
    .option('--job-label <key=value>', 'label of the job; said again, several', label)
    .option('--after <job...>', 'start once these jobs have succeeded')
    .option('--after-any <job...>', 'start once these jobs have ended in any way')
    .option('--not-before <time>', 'do not start before: +2h, 14:30, 2026-03-01T09:00', value => moment(value))
    .option('--deadline <time>', 'stop it then, started or not', value => moment(value))
    .option('--max-run <time>', 'longest time on a slice: 30m, 2h. Who says it gets in earlier, beside larger jobs', durationMs)
    .option('--retries <n>', 'try it again when it fails, up to n times', wholeNumber)
    .option('--retry-delay <time>', 'with --retries: wait before the second try, doubled with each (default: 10s)', durationMs)
    .option('--hold', 'keep it out of the line until it is released')
}

/**
 * What was typed as what the lab is asked; fields that nothing was said about are absent.
 *
 * @throws TrancheError `invalid_input` for options that do not go together
 */
export function toLineInput({ jobLabel, after = [], afterAny = [], notBefore, deadline, maxRun, retries, retryDelay, name, tenant, queue, priority, count, hold }: LineOptions): LineInput {
  if (retryDelay !== undefined && retries === undefined)
    throw new TrancheError('invalid_input', '--retry-delay goes with --retries.')
  const dependsOn = [...after.map(job => ({ job, on: 'success' as const })), ...afterAny.map(job => ({ job, on: 'end' as const }))]
  return {
    ...name !== undefined && { name },
    ...tenant !== undefined && { tenant },
    ...queue !== undefined && { queue },
    ...priority !== undefined && { priority },
    ...count !== undefined && { count },
    ...jobLabel !== undefined && { labels: { ...jobLabel } },
    ...dependsOn.length > 0 && { dependsOn },
    ...notBefore !== undefined && { notBeforeMs: notBefore },
    ...deadline !== undefined && { deadlineMs: deadline },
    ...maxRun !== undefined && { maxRunMs: maxRun },
    ...retries !== undefined && { retries: { max: retries, ...retryDelay !== undefined && { delayMs: retryDelay } } },
    ...hold && { hold },
  }
}

/** A whole number from -1000 to 1000. */
export function priority(value: string): number {
  const number = /^[+-]?\d{1,4}$/.test(value) ? Number(value) : Number.NaN
  if (Number.isNaN(number) || Math.abs(number) > 1000)
    throw new InvalidArgumentError('It is a whole number from -1000 to 1000.')
  return number
}

function label(value: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, key, text] = /^([\w.-]{1,40})=(.{0,100})$/.exec(value) ?? []
  if (key === undefined)
    throw new InvalidArgumentError('It is a key and a value: --job-label course=ml-2.')
  return { ...before, [key]: text }
}
