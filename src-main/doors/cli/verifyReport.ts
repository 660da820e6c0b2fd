import type { Item, Job } from '../../contract/model'
import type { Session } from './session'
import type { Style } from './text'
import { basename, relative, sep } from 'node:path'
import { z } from 'zod'
import { readResults } from './jobReport'
import { count, duration, table } from './text'

const statuses = ['pass', 'mismatch', 'error', 'unsupported'] as const

const caseResult = z.object({
  name: z.string(),
  status: z.enum(statuses),
  detail: z.string(),
  maxAbsoluteDifference: z.number().optional(),
  maxRelativeDifference: z.number().optional(),
  dataSets: z.number().optional(),
})

type CaseLine = z.infer<typeof caseResult>

export interface VerifyReport {
  readonly cases: readonly CaseLine[]
  readonly summary: Readonly<Record<typeof statuses[number], number>> & {
    readonly total: number
    /** What computed it: more than one where a backend left nodes to the next. */
    readonly backend: string
    /** Why the first choice did not compute all of it, or null. */
    readonly fallback: string | null
    readonly profile: string | null
    readonly device: string | null
    /** Time on the slice. */
    readonly ms: number
  }
}

/** What a job of the recipe `verify` found, case by case. A case without a result (its worker died on it) is an error. */
export async function verifyReport(lab: Session, job: Job, folder: string, deviceName: string | null): Promise<VerifyReport> {
  const cases: CaseLine[] = []
  for await (const { item, result } of readResults(lab, job, job.items)) {
    const read = caseResult.safeParse(result)
    cases.push(read.success ? read.data : { name: caseName(item, folder), status: 'error', detail: whyNoResult(item, job) })
  }
  const having = (status: typeof statuses[number]) => cases.filter(one => one.status === status).length
  return {
    cases,
    summary: {
      total: cases.length,
      pass: having('pass'),
      mismatch: having('mismatch'),
      error: having('error'),
      unsupported: having('unsupported'),
      backend: (job.ran?.nodes.map(({ backend }) => backend) ?? job.backends).join(', '),
      fallback: job.ran?.fallback ?? null,
      profile: job.slice?.profile ?? null,
      device: job.slice ? deviceName ?? job.slice.device : null,
      ms: Math.round(job.timing.runMs),
    },
  }
}

/** A table of the cases that did not pass, the mismatches and errors before what is unsupported, and a line on all of them. */
export function verifyLines({ cases, summary }: VerifyReport, style: Style): string[] {
  const { total, pass, mismatch, error, unsupported, backend, profile, device, ms, fallback } = summary
  const shown = [...cases.filter(isFailure), ...cases.filter(({ status }) => status === 'unsupported')]
  const colour = { pass: style.good, mismatch: style.bad, error: style.bad, unsupported: style.faint }
  const where = profile === null ? '' : ` on ${profile} of ${device}${backend === '' ? '' : ` (${backend})`}`
  return [
    ...table(shown.map(({ status, name, detail }) => [status, name, detail]), (cell, row, column) => column === 0 ? colour[shown[row].status](cell) : cell),
    `${count(total, 'case')}: ${pass} pass, ${mismatch} mismatch, ${error} error, ${unsupported} unsupported, in ${duration(ms)}${where}`,
    ...fallback === null ? [] : table([[`fallback: ${fallback}`]]),
  ]
}

export function isFailure({ status }: CaseLine): boolean {
  return status === 'mismatch' || status === 'error'
}

function whyNoResult(item: Item, { state, error }: Job): string {
  if (item.error)
    return item.error.message
  return item.state === 'done' ? 'Its result cannot be read.' : `It was not run: the job ${state === 'cancelled' ? 'was cancelled' : `failed${error ? `. ${error.message}` : ''}`}`
}

function caseName({ input, index }: Item, folder: string): string {
  if (input === null)
    return `input ${index + 1}`
  return (relative(folder, input) || basename(input)).split(sep).join('/')
}
