import type { Control, Paused, RecipeInput, RecipeOutput, RecipeRun } from '../../recipes/recipe'
import type { BatchOutcome, Carry, RunRequest } from '../protocol'
import type { Beginning } from './jobControl'
import type { JobTools } from './jobTools'
import type { TurnGate } from './turnGate'
import { systemCode, toErrorShape, TrancheError } from '../../contract/errors'
import { monotonicMs } from '../monotonicMs'

type Decoded = { readonly ok: true, readonly value: unknown } | { readonly ok: false, readonly thrown: unknown }
type Computed = RecipeOutput | Paused | { readonly failed: unknown }

/** Where a job was left: the input in its middle, if there is one, and when the last computing ended. */
export interface LeftAt {
  readonly carry: Carry | null
  readonly atMs: number
}

export interface BatchTools extends Pick<JobTools, 'sessions' | 'say' | 'control' | 'gate' | 'writer'> {
  /** The first input begins to compute. */
  readonly onBegin: () => void
}

/** How often a job that is within a long input tells that it moves on. */
const progressIntervalMs = 1000

/** Batches that may be on their way to the disk while the next is computed. */
const mostUnwritten = 2

/** Works through the inputs from a beginning on. Returns where it was left, or null once all are dealt with. */
export async function runBatches(request: RunRequest, run: RecipeRun, { from, carry }: Beginning, tools: BatchTools): Promise<LeftAt | null> {
  const { control } = tools
  const about = { jobId: request.jobId, epoch: request.epoch }
  const items = request.items.filter(({ index }) => index >= from)
  const batches = chunk(items, request.batchSize ?? run.batchSize)
  // An input that is computed alone may end the process: the one before it has to be told of by then, or it would be blamed.
  const isAlone = request.batchSize === 1
  const unwritten: Promise<void>[] = []
  let upcoming = batches.length > 0 ? decodeAll(run, batches[0]) : []
  let atMs = monotonicMs()
  let saidAtMs = atMs
  const progress = () => {
    if (monotonicMs() - saidAtMs > progressIntervalMs) {
      tools.say({ type: 'progress', ...about })
      saidAtMs = monotonicMs()
    }
  }
  const leftAt = async (left: Carry | null): Promise<LeftAt> => {
    await Promise.all(unwritten)
    return { carry: left, atMs }
  }
  for (const [position, batch] of batches.entries()) {
    if (control.shouldStop())
      return leftAt(position === 0 ? carry : null)
    const decoding = upcoming
    upcoming = position + 1 < batches.length ? decodeAll(run, batches[position + 1]) : []
    await tools.gate.wait()
    if (position === 0)
      tools.onBegin()
    const computed = await computeBatch(run, batch, decoding, tools.gate, index => ({
      carry: carry?.index === index ? carry.state : null,
      shouldPause: control.shouldStop,
      progress,
    }))
    atMs = monotonicMs()
    const keeping = keep(request, batch, computed, tools)
    // Whether it failed is asked of it later.
    keeping.catch(() => {})
    unwritten.push(keeping)
    while (unwritten.length > (isAlone ? 0 : mostUnwritten))
      await unwritten.shift()
    sayWhatRan(tools, about)
    if (computed.length < batch.length || computed.some(one => 'paused' in one))
      return leftAt(carryOf(batch, computed))
  }
  await Promise.all(unwritten)
  return null
}

/** What was computed of a batch, in its order; less than the batch where the job was asked to stop. */
async function computeBatch(run: RecipeRun, batch: readonly RecipeInput[], decoding: readonly Promise<Decoded>[], gate: TurnGate, controlFor: (index: number) => Control): Promise<Computed[]> {
  if (run.computeTogether && batch.length > 1)
    return computeTogether(run.computeTogether, await Promise.all(decoding))
  const computed: Computed[] = []
  for (const [place, { index }] of batch.entries()) {
    const control = controlFor(index)
    if (place > 0 && control.shouldPause())
      break
    const decoded = await decoding[place]
    await gate.wait()
    const one = decoded.ok ? await run.compute(decoded.value, control).catch((thrown: unknown) => ({ failed: thrown })) : { failed: decoded.thrown }
    computed.push(one)
    if ('paused' in one)
      break
  }
  return computed
}

async function computeTogether(together: NonNullable<RecipeRun['computeTogether']>, decoded: readonly Decoded[]): Promise<Computed[]> {
  const values = decoded.flatMap(one => one.ok ? [one.value] : [])
  const outputs = values.length > 0 ? [...await together(values)] : []
  return decoded.map(one => one.ok ? outputs.shift() ?? { failed: new TrancheError('internal', 'A recipe gave fewer answers than it got inputs.') } : { failed: one.thrown })
}

/** Makes what was computed of a batch durable, then reports it. Throws what is the fault of the job and not of an input. */
async function keep({ jobId, epoch, resultsDir }: RunRequest, batch: readonly RecipeInput[], computed: readonly Computed[], { writer, say }: BatchTools): Promise<void> {
  const results = computed.flatMap((output, place) => 'result' in output ? [{ index: batch[place].index, output }] : [])
  const failures = computed.flatMap((one, place) => 'failed' in one ? [{ index: batch[place].index, failed: one.failed }] : [])
  const fatal = failures.find(({ failed }) => isTheJobsFault(failed))
  if (fatal)
    throw fatal.failed
  const withFiles = results.length > 0 ? await writer.write({ resultsDir, epoch, results }) : []
  const outcomes: BatchOutcome[] = [
    ...results.map(({ index }, place) => ({ index, ok: true as const, withFiles: withFiles[place] })),
    ...failures.map(({ index, failed }) => ({ index, ok: false as const, error: toErrorShape(failed) })),
  ]
  if (outcomes.length > 0)
    say({ type: 'batch', jobId, epoch, outcomes: outcomes.sort((a, b) => a.index - b.index) })
}

function sayWhatRan({ sessions, say }: BatchTools, about: { readonly jobId: string, readonly epoch: number }): void {
  const report = sessions.report()
  if (report)
    say({ type: 'ran', ...about, report })
}

function carryOf(batch: readonly RecipeInput[], computed: readonly Computed[]): Carry | null {
  const place = computed.findIndex(one => 'paused' in one)
  const one = computed[place]
  return one && 'paused' in one ? { index: batch[place].index, state: one.paused } : null
}

/** Starts decoding a batch. The promises never reject, as nobody waits for them yet. */
function decodeAll(run: RecipeRun, batch: readonly RecipeInput[]): Promise<Decoded>[] {
  return batch.map(input => run.read(input).then(
    value => ({ ok: true, value }),
    (thrown: unknown) => ({ ok: false, thrown }),
  ))
}

/** A full disk or a model that does not fit would fail every input alike: that is the job's failure, not the input's. */
function isTheJobsFault(thrown: unknown): boolean {
  if (thrown instanceof TrancheError)
    return thrown.code === 'bad_model' || thrown.code === 'disk_full'
  const code = systemCode(thrown)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, position) => items.slice(position * size, (position + 1) * size))
}
