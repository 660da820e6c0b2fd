import type { ErrorCode } from '../../../contract/errors'
import type { Device, Job, JobSummary } from '../../../contract/model'
import type { Session } from '../session'
import type { Neighbours } from './neighbours'
import type { BenchGroup } from './plan'
import type { Measured, Unmeasured } from './report'
import { setTimeout as delay } from 'node:timers/promises'
import { TrancheError } from '../../../contract/errors'
import { meansText } from '../enforcementLines'
import { readResults } from '../jobReport'
import { cancelJobs } from './device'
import { createNeighbours } from './neighbours'
import { measured, runsOf } from './runs'

/** First runs of a row that are not counted: caches and memory pools fill in them. */
export const warmUps = 3
/** Runs that a row counts at least, however long they take. */
const leastRuns = 3
/** How often to look. Seldom, as looking takes compute from what is measured. */
const lookMs = 200

/** What another profile or batch size would not mend; everything else is told in its row. */
const hopeless: ReadonlySet<ErrorCode> = new Set(['invalid_input', 'not_found', 'conflict', 'bad_model', 'model_unavailable', 'unsupported', 'disk_full', 'internal', 'cancelled'])

export interface MeasureOptions {
  readonly model: string
  readonly dims: Readonly<Record<string, number>>
  readonly runs: number
  readonly seconds: number
}

interface Row {
  readonly lab: Session
  readonly device: Device
  readonly batch: number
  readonly options: MeasureOptions
  readonly neighbours: Neighbours
  readonly submit: (inputs: number) => Promise<Job>
  /** Says what goes on. */
  readonly tell: (line: string) => void
  readonly signal: AbortSignal
}

/**
 * Measures one row: the neighbours start first, and once each of them computes, the job itself. Whatever comes of it, all its
 * jobs have ended or are cancelled afterwards.
 *
 * @throws TrancheError where no other row would go better; whatever it was at where the signal was aborted
 */
export async function measure(lab: Session, device: Device, { profile, neighbours: count }: BenchGroup, batch: number, options: MeasureOptions, tell: (line: string) => void, signal: AbortSignal): Promise<Measured | Unmeasured> {
  const { model, dims } = options
  const submit = (inputs: number) => lab.call('jobs.submit', {
    recipe: 'tensor',
    model,
    inputs: [],
    synthetic: inputs,
    device: device.id,
    profile: profile.name,
    params: { batch, ...Object.keys(dims).length > 0 && { dims } },
  })
  const row: Row = { lab, device, batch, options, neighbours: createNeighbours(count, submit), submit, tell, signal }
  try {
    await awaitNeighbours(row, count)
    return await runJob(row)
  }
  catch (thrown) {
    if (signal.aborted || !(thrown instanceof TrancheError) || hopeless.has(thrown.code))
      throw thrown
    return { ok: false, why: `${thrown.code === 'out_of_memory' ? 'too small: ' : ''}${thrown.message}` }
  }
  finally {
    await cancelJobs(lab, device.id)
  }
}

async function awaitNeighbours(row: Row, count: number): Promise<void> {
  await row.neighbours.start()
  for (let computing = 0; computing < count;) {
    const jobs = await look(row)
    await refuseFailed(row, jobs.filter(({ id }) => row.neighbours.has(id)))
    await row.neighbours.renew(jobs)
    computing = row.neighbours.computing(jobs)
    row.tell(`${computing} of ${count} neighbours compute`)
  }
}

async function runJob(row: Row): Promise<Measured | Unmeasured> {
  const { lab, batch, options, neighbours } = row
  const { id } = await row.submit((warmUps + options.runs) * batch)
  let means: Measured['means'] = null
  let firstMs: number | null = null
  for (;;) {
    const jobs = await look(row)
    await refuseFailed(row, jobs.filter(job => job.id === id || neighbours.has(job.id)))
    const job = jobs.find(each => each.id === id)
    if (!job || job.state === 'cancelled')
      throw new TrancheError('conflict', `${id} was cancelled while it was measured. Run this again.`)
    means ??= await meansOf(lab, job)
    if (job.counts.done > 0)
      firstMs ??= performance.now()
    row.tell(`${Math.floor(job.counts.done / batch)} runs`)
    const timeIsOver = firstMs !== null && performance.now() - firstMs > options.seconds * 1000
    if (job.state === 'done' || (timeIsOver && job.counts.done >= (warmUps + leastRuns) * batch))
      break
    await neighbours.renew(jobs)
  }
  await cancelJobs(lab, row.device.id)
  const figures = measured(await runsOfJob(lab, id), warmUps)
  return figures ? { ok: true, ...figures, means } : { ok: false, why: 'no run was left after the warm-up' }
}

/** After a while, the jobs of the row's device, ended ones too. */
async function look({ lab, device, signal }: Row): Promise<JobSummary[]> {
  await delay(lookMs, undefined, { signal })
  const jobs = await lab.call('jobs.list', {})
  return jobs.filter(({ request }) => request.device === device.id)
}

/** Throws what failed a job: the reason of its first input where its inputs did. */
async function refuseFailed({ lab }: Row, jobs: readonly JobSummary[]): Promise<void> {
  const failed = jobs.find(({ state, counts }) => state === 'failed' || counts.failed > 0)
  if (!failed)
    return
  const ofItem = failed.error && failed.error.code !== 'inputs_failed'
    ? failed.error
    : (await lab.call('jobs.get', { id: failed.id })).items.find(({ error }) => error)?.error
  throw TrancheError.fromShape(ofItem ?? failed.error ?? { code: 'internal', message: `${failed.id} failed without a reason.`, retryable: false })
}

async function meansOf(lab: Session, { slice }: JobSummary): Promise<Measured['means']> {
  const use = slice && (await lab.call('devices.use', {})).find(({ sliceId }) => sliceId === slice.id)
  return use ? { brief: meansText(use.enforcement), detail: use.enforcement.compute.detail } : null
}

async function runsOfJob(lab: Session, id: string) {
  const job = await lab.call('jobs.get', { id })
  const results: unknown[] = []
  for await (const { result } of readResults(lab, job, job.items))
    results.push(result)
  return runsOf(results)
}
