import type { LineOptions } from '../../src-main/doors/cli/lineOptions'
import type { QueueOptions, TenantOptions } from '../../src-main/doors/cli/termsOptions'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { addLineOptions, toLineInput } from '../../src-main/doors/cli/lineOptions'
import { parseSubmissions } from '../../src-main/doors/cli/parseSubmissions'
import { addQueueOptions, addTenantOptions, limitText, toQueueTerms, toTenantTerms } from '../../src-main/doors/cli/termsOptions'

/** What a command with these options makes of what was typed; throws what commander would end with. */
function typed<Options extends object>(add: (command: Command) => Command, ...args: string[]): Options {
  return add(new Command().exitOverride().configureOutput({ writeErr: () => {} })).parse(args, { from: 'user' }).opts<Options>()
}
const line = (...args: string[]) => toLineInput(typed<LineOptions>(addLineOptions, ...args))
const tenant = (before: Parameters<typeof toTenantTerms>[1], ...args: string[]) => toTenantTerms(typed<TenantOptions>(addTenantOptions, ...args), before)
const queue = (...args: string[]) => toQueueTerms(typed<QueueOptions>(addQueueOptions, ...args))

describe('who asks, in which line and when', () => {
  it('says nothing that was not typed', () => {
    expect(line()).toEqual({})
  })

  it('is what was typed', () => {
    expect(line('--name', 'night', '--tenant', 'physics/ann', '--queue', 'scavenger', '--priority', '-5', '--count', '2', '--job-label', 'a=1', '--job-label', 'b=x=y', '--after', 'job_1', 'job_2', '--after-any', 'job_3', '--max-run', '30m', '--retries', '3', '--retry-delay', '1m', '--hold')).toEqual({
      name: 'night',
      tenant: 'physics/ann',
      queue: 'scavenger',
      priority: -5,
      count: 2,
      labels: { a: '1', b: 'x=y' },
      dependsOn: [{ job: 'job_1', on: 'success' }, { job: 'job_2', on: 'success' }, { job: 'job_3', on: 'end' }],
      maxRunMs: 1_800_000,
      retries: { max: 3, delayMs: 60_000 },
      hold: true,
    })
  })

  it('refuses a delay between tries where none are asked for', () => {
    expect(() => line('--retry-delay', '1m')).toThrow('--retries')
  })

  it.each([['--priority', '1001'], ['--priority', '1.5'], ['--count', 'two'], ['--job-label', 'course'], ['--max-run', 'long'], ['--deadline', 'never']])('refuses %s %s', (...args) => {
    expect(() => line(...args)).toThrow()
  })
})

describe('terms of a tenant', () => {
  it('are those that were typed', () => {
    expect(tenant(null, '--weight', '2.5', '--guaranteed', '1.5,40GiB', '--borrowing', '2', '--lending', 'any')).toEqual({ weight: 2.5, guaranteed: { compute: 1.5, memoryMiB: 40_960 }, borrowing: { compute: 2 }, lending: {} })
  })

  it('keep the other parts of a cap', () => {
    const before = { weight: 1, guaranteed: {}, borrowing: {}, lending: {}, cap: { compute: 3, running: 4 } }
    expect(tenant(before, '--jobs', '10')).toEqual({ cap: { compute: 3, running: 4, jobs: 10 } })
    expect(tenant(before, '--running', 'any')).toEqual({ cap: { compute: 3 } })
    expect(tenant(before, '--cap', '8GiB')).toEqual({ cap: { memoryMiB: 8192, running: 4 } })
    expect(tenant(before, '--cap', 'any')).toEqual({ cap: { running: 4 } })
  })

  it.each([['--weight', '0'], ['--weight', 'much'], ['--guaranteed', '-1'], ['--cap', '1,lots'], ['--running', '-1']])('refuse %s %s', (...args) => {
    expect(() => tenant(null, ...args)).toThrow()
  })

  it('are told in words', () => {
    expect(limitText({ compute: 1.5, memoryMiB: 40_960 }, 'any')).toBe('1.5 devices, 40 GiB')
    expect(limitText({ compute: 1 }, 'any')).toBe('1 device')
    expect(limitText({}, 'any')).toBe('any')
  })
})

it('terms of a queue are those that were typed', () => {
  expect(queue('--class', 'guaranteed', '--rank', '2', '--queue-state', 'paused', '--tenants', 'physics,biology', '--max-run', 'any', '--min-run', '0')).toEqual({ priorityClass: 'guaranteed', rank: 2, state: 'paused', tenants: ['physics', 'biology'], defaultMaxRunMs: null, minRunMs: 0 })
  expect(queue('--tenants', 'any', '--max-run', '2h')).toEqual({ tenants: null, defaultMaxRunMs: 7_200_000 })
  expect(queue()).toEqual({})
  expect(() => queue('--class', 'urgent')).toThrow()
})

describe('submissions from a file', () => {
  const one = '{"recipe":"tensor","model":"m.onnx","inputs":[]}'

  it('are one a line, whatever ends it, and empty lines none', () => {
    expect(parseSubmissions(`\n${one}\r\n\n  ${one}  \n`, 'jobs.jsonl')).toHaveLength(2)
  })

  it('are refused whole, with the line that is wrong', () => {
    expect(() => parseSubmissions(`${one}\n\n{"recipe":`, 'jobs.jsonl')).toThrow('Line 3 of jobs.jsonl is not JSON. Nothing was submitted.')
    expect(() => parseSubmissions(`${one}\n{"recipe":"tensor","inputs":[],"priority":"high"}`, 'jobs.jsonl')).toThrow(/^Line 2 of jobs\.jsonl is not a submission: priority: .*Nothing was submitted\.$/)
    expect(() => parseSubmissions(' \n', 'jobs.jsonl')).toThrow('holds no submissions')
  })
})
