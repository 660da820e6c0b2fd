import type { Estimator } from '../onnx/memory/estimate'
import type { ModelInput } from './modelInputs'
import type { TensorParams } from './params'
import type { Feeds, ModelRun } from './runtimeTensor'
import type { Outcome, Together } from './together'
import { createFitting } from './fitting'
import { groupsOf } from './groups'
import { rowsOf } from './stack'
import { syntheticTensors } from './synthetic'

export interface BatchingDeps {
  readonly params: TensorParams
  readonly inputs: readonly ModelInput[]
  readonly run: (feeds: Feeds) => Promise<ModelRun>
  readonly together: Together
  /** Reads the graph; asked only where the largest batch is to be found. */
  readonly estimator: () => Estimator
  readonly memoryMiB: number
  readonly log: (message: string) => void
}

/** How a job's inputs run together. */
export interface Batching {
  /** Inputs that are read at once, in multiples of what runs together. */
  readonly batchSize: number
  /** One outcome an input, in their order. */
  readonly compute: (members: readonly Feeds[]) => Promise<readonly BatchedOutcome[]>
}

/** `most`: how many inputs of its shape could run together. */
export type BatchedOutcome = Outcome & { readonly most: number }

/** Inputs between two checkpoints where they run one by one. */
export const singleBatchSize = 8
/** Inputs read at once where nobody knows how large they are before. */
const unknownBatchSize = 64

/** How inputs run together as `params.batch` says; null where they run one by one. */
export async function openBatching(deps: BatchingDeps): Promise<Batching | null> {
  const { params: { batch }, together, log } = deps
  if (batch === 1)
    return null
  const problem = together.problem()
  if (problem !== null) {
    log(`This model's inputs run one by one: ${problem}.`)
    return null
  }
  if (batch !== 'max')
    return { batchSize: batch * Math.ceil(singleBatchSize / batch), compute: members => computeGroups(together, members, async () => batch) }
  const fitting = createFitting({ ...deps, estimate: deps.estimator() })
  return { batchSize: await readAhead(deps, fitting), compute: members => computeGroups(together, members, fitting) }
}

async function computeGroups(together: Together, members: readonly Feeds[], mostLike: (example: Feeds) => Promise<number>): Promise<readonly BatchedOutcome[]> {
  const kinds = members.map(together.kindOf)
  const most = new Map<string, number>()
  for (const [kind, example] of examples(kinds, members))
    most.set(kind, await mostLike(example))
  const mostOf = (kind: string | null) => kind === null ? 1 : most.get(kind) ?? 1
  const outcomes: BatchedOutcome[] = []
  for (const places of groupsOf(kinds, mostOf)) {
    const ran = await together.run(places.map(place => members[place]))
    for (const [at, place] of places.entries())
      outcomes[place] = { ...ran[at], most: mostOf(kinds[place]) }
  }
  return outcomes
}

/** For each kind the member with the most rows: what it allows, the others allow too. */
function examples(kinds: readonly (string | null)[], members: readonly Feeds[]): ReadonlyMap<string, Feeds> {
  const found = new Map<string, Feeds>()
  for (const [place, kind] of kinds.entries()) {
    const known = kind === null ? undefined : found.get(kind)
    if (kind !== null && (!known || (rowsOf(members[place]) ?? 0) > (rowsOf(known) ?? 0)))
      found.set(kind, members[place])
  }
  return found
}

/** Tries made-up inputs first, so that as many real ones are read at once as will run together. */
async function readAhead({ params, inputs }: BatchingDeps, fitting: (example: Feeds) => Promise<number>): Promise<number> {
  const isKnown = inputs.every(({ name, shape }) => shape?.every((dim, axis) => axis === 0 || typeof dim === 'number' || Object.hasOwn(params.dims, dim ?? '') || Object.hasOwn(params.dims, `${name}.${axis}`)))
  if (!isKnown)
    return unknownBatchSize
  return Math.max(singleBatchSize, await fitting(syntheticTensors(inputs, { seed: params.seed, dims: params.dims, index: 0 })))
}
