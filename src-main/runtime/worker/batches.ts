import type { Control, Paused, RecipeInput, RecipeRun } from '../../recipes/recipe'
import type { Carry, RunRequest } from '../protocol'
import type { Checkpoints, Finished } from './checkpoints'
import type { Beginning } from './jobControl'
import type { JobTools } from './jobTools'
import type { TurnGate } from './turnGate'
import { TrancheError } from '../../contract/errors'
import { monotonicMs } from '../monotonicMs'
import { createCheckpoints } from './checkpoints'

type Decoded = { readonly ok: true, readonly value: unknown } | { readonly ok: false, readonly thrown: unknown }

/** Where a job was left: the input in its middle, if there is one, and when the last computing ended. */
export interface LeftAt {
  readonly carry: Carry | null
  readonly atMs: number
}

export interface BatchTools extends Pick<JobTools, 'sessions' | 'say' | 'control' | 'gate' | 'writer'> {
  /** The first input begins to compute. */
  readonly onBegin: () => void
}

interface BatchWork {
  readonly run: RecipeRun
  readonly gate: TurnGate
  readonly checkpoints: Checkpoints
  readonly controlFor: (index: number) => Control
}

/** How often a job that is within a long input tells that it moves on. */
const progressIntervalMs = 1000

/** Works through the inputs from a beginning on. Returns where it was left, or null once all are dealt with. */
export async function runBatches(request: RunRequest, run: RecipeRun, { from, carry }: Beginning, tools: BatchTools): Promise<LeftAt | null> {
  const { control, gate } = tools
  const about = { jobId: request.jobId, epoch: request.epoch }
  const items = request.items.filter(({ index }) => index >= from)
  const batches = chunk(items, request.batchSize ?? run.batchSize)
  // An input that is computed alone may end the process: the one before it has to be told of by then, or it would be blamed.
  const isAlone = request.batchSize === 1
  const checkpoints = createCheckpoints(request, tools)
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
    await checkpoints.flush()
    return { carry: left, atMs }
  }
  const controlFor = (index: number): Control => ({
    carry: carry?.index === index ? carry.state : null,
    shouldPause: control.shouldStop,
    progress,
  })
  for (const [position, batch] of batches.entries()) {
    if (control.shouldStop())
      return leftAt(position === 0 ? carry : null)
    const decoding = upcoming
    upcoming = position + 1 < batches.length ? decodeAll(run, batches[position + 1]) : []
    await gate.wait()
    if (position === 0)
      tools.onBegin()
    const left = await computeBatch(batch, decoding, { run, gate, checkpoints, controlFor })
    atMs = monotonicMs()
    if (isAlone)
      await checkpoints.flush()
    sayWhatRan(tools, about)
    if (left)
      return leftAt(left.carry)
  }
  await checkpoints.flush()
  return null
}

/** Returns where the batch was left, if the job was asked to stop within it. */
async function computeBatch(batch: readonly RecipeInput[], decoding: readonly Promise<Decoded>[], { run, gate, checkpoints, controlFor }: BatchWork): Promise<{ readonly carry: Carry | null } | null> {
  if (run.computeTogether && batch.length > 1) {
    const computed = await computeTogether(run.computeTogether, await Promise.all(decoding))
    computed.forEach((one, place) => checkpoints.add(batch[place].index, one))
    await checkpoints.room()
    return null
  }
  for (const [place, { index }] of batch.entries()) {
    const control = controlFor(index)
    if (place > 0 && control.shouldPause())
      return { carry: null }
    const decoded = await decoding[place]
    await gate.wait()
    const one: Finished | Paused = decoded.ok ? await run.compute(decoded.value, control).catch((thrown: unknown) => ({ failed: thrown })) : { failed: decoded.thrown }
    if ('paused' in one)
      return { carry: { index, state: one.paused } }
    checkpoints.add(index, one)
    await checkpoints.room()
  }
  return null
}

async function computeTogether(together: NonNullable<RecipeRun['computeTogether']>, decoded: readonly Decoded[]): Promise<Finished[]> {
  const values = decoded.flatMap(one => one.ok ? [one.value] : [])
  const outputs = values.length > 0 ? [...await together(values)] : []
  return decoded.map(one => one.ok ? outputs.shift() ?? { failed: new TrancheError('internal', 'A recipe gave fewer answers than it got inputs.') } : { failed: one.thrown })
}

function sayWhatRan({ sessions, say }: BatchTools, about: { readonly jobId: string, readonly epoch: number }): void {
  const report = sessions.report()
  if (report)
    say({ type: 'ran', ...about, report })
}

/** Starts decoding a batch. The promises never reject, as nobody waits for them yet. */
function decodeAll(run: RecipeRun, batch: readonly RecipeInput[]): Promise<Decoded>[] {
  return batch.map(input => run.read(input).then(
    value => ({ ok: true, value }),
    (thrown: unknown) => ({ ok: false, thrown }),
  ))
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, position) => items.slice(position * size, (position + 1) * size))
}
