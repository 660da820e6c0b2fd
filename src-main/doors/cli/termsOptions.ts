import type { Command } from 'commander'
import type { Limit, QueueTerms, TenantTerms } from '../../contract/model'
import { InvalidArgumentError, Option } from 'commander'
import { priorityClasses, queueStates } from '../../contract/model'
import { priority } from './lineOptions'
import { durationMs, list, memoryMiB, orWord, withoutWord } from './quantities'
import { memory } from './text'

/** What an admin sets for tenants and queues, as typed. */

export interface TenantOptions {
  readonly weight?: number
  readonly guaranteed?: Limit
  readonly borrowing?: Limit
  readonly lending?: Limit
  readonly cap?: Limit
  readonly running?: number | 'any'
  readonly jobs?: number | 'any'
}

export interface QueueOptions {
  readonly class?: QueueTerms['priorityClass']
  readonly rank?: number
  readonly queueState?: QueueTerms['state']
  readonly tenants?: readonly string[] | 'any'
  readonly maxRun?: number | 'any'
  readonly minRun?: number
}

export function addTenantOptions(command: Command): Command {
  return command
    .option('--weight <n>', 'its part against those beside it', weight)
    .option('--guaranteed <amount>', 'what it gets before anybody borrows: 2 (devices), 40GiB, 1.5,40GiB or none', amount)
    .option('--borrowing <amount>', 'how much more it may use while that lies idle; any for no bound', amount)
    .option('--lending <amount>', 'how much of its guarantee others may use while it lies idle; any for no bound', amount)
    .option('--cap <amount>', 'what it never goes beyond; any for no bound', amount)
    .option('--running <n>', 'jobs that run at the same time at most; any for no bound', orWord('any', countFromZero))
    .option('--jobs <n>', 'jobs that wait or run at most; any for no bound', orWord('any', countFromZero))
}

/** What was typed, beside the terms there were. */
export function toTenantTerms({ weight, guaranteed, borrowing, lending, cap, running, jobs }: TenantOptions, before: TenantTerms | null): Partial<TenantTerms> {
  const bounded = cap !== undefined || running !== undefined || jobs !== undefined
  const { compute, memoryMiB: mib } = cap ?? before?.cap ?? {}
  const kept = { running: running === undefined ? before?.cap.running : withoutWord(running) ?? undefined, jobs: jobs === undefined ? before?.cap.jobs : withoutWord(jobs) ?? undefined }
  return {
    ...weight !== undefined && { weight },
    ...guaranteed && { guaranteed },
    ...borrowing && { borrowing },
    ...lending && { lending },
    ...bounded && { cap: { ...compute !== undefined && { compute }, ...mib !== undefined && { memoryMiB: mib }, ...kept.running !== undefined && { running: kept.running }, ...kept.jobs !== undefined && { jobs: kept.jobs } } },
  }
}

export function addQueueOptions(command: Command): Command {
  return command
    .addOption(new Option('--class <class>', 'who is served first').choices(priorityClasses))
    .option('--rank <n>', 'of queues of one class the higher goes first', priority)
    .addOption(new Option('--queue-state <state>', 'open; paused: starts nothing; closed: takes nothing').choices(queueStates))
    .option('--tenants <paths>', 'who may use it, with commas; any for everybody', orWord('any', list))
    .option('--max-run <time>', 'longest run time of jobs that name none; any for no bound', orWord('any', durationMs))
    .option('--min-run <time>', 'a job runs this long before it can be evicted; 0 for at once', minRun)
}

export function toQueueTerms(options: QueueOptions): Partial<QueueTerms> {
  const { rank, queueState, maxRun, minRun } = options
  return {
    ...options.class !== undefined && { priorityClass: options.class },
    ...rank !== undefined && { rank },
    ...queueState !== undefined && { state: queueState },
    ...options.tenants !== undefined && { tenants: withoutWord<readonly string[]>(options.tenants)?.slice() ?? null },
    ...maxRun !== undefined && { defaultMaxRunMs: withoutWord(maxRun) },
    ...minRun !== undefined && { minRunMs: minRun },
  }
}

/** `1.5 devices, 40 GiB`; `any` where nothing is bounded. */
export function limitText({ compute, memoryMiB: mib }: Limit, nothing: string): string {
  const parts = [compute !== undefined && `${Math.round(compute * 1000) / 1000} ${compute === 1 ? 'device' : 'devices'}`, mib !== undefined && memory(mib)].filter(part => part !== false)
  return parts.length > 0 ? parts.join(', ') : nothing
}

/** `2`, `40GiB`, `1.5,40GiB`; `any` and `none` bound nothing. */
function amount(value: string): Limit {
  if (value === 'any' || value === 'none')
    return {}
  const limit: { compute?: number, memoryMiB?: number } = {}
  for (const part of list(value)) {
    if (/^\d{1,6}(?:\.\d{1,6})?$/.test(part))
      limit.compute = Number(part)
    else
      limit.memoryMiB = memoryMiB(part)
  }
  return limit
}

function weight(value: string): number {
  const number = Number(value)
  if (!(number > 0 && number <= 1e6))
    throw new InvalidArgumentError('It is a number over 0.')
  return number
}

function countFromZero(value: string): number {
  if (!/^\d{1,9}$/.test(value))
    throw new InvalidArgumentError('It is a whole number from 0, or any.')
  return Number(value)
}

function minRun(value: string): number {
  return value === '0' ? 0 : durationMs(value)
}
