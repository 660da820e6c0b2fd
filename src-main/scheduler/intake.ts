import type { LabCapacity } from '../broker/capacity'
import type { Dependency } from '../contract/model'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Admitted } from './admission'
import type { Book } from './book'
import type { Ledger } from './ledger'
import type { Registry } from './registry'
import type { CatalogNames, Submission } from './submission'
import { toErrorShape, TrancheError } from '../contract/errors'
import { newId } from '../store/ids'
import { admit, dealOut } from './admission'
import { checkSubmission } from './submission'

export interface IntakeDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly registry: Registry
  readonly book: Book
  readonly catalog: CatalogNames
  readonly capacity: () => LabCapacity
  readonly nowMs: () => number
  readonly wake: () => void
}

export type Intake = ReturnType<typeof createIntake>

/** What the submitter chose. */
type Asked = Admitted & Pick<JobRow, 'recipe' | 'model' | 'params' | 'profile' | 'deviceId' | 'need' | 'leastMiB' | 'backends' | 'timeLimitMs' | 'serving' | 'outDir'>

/** A submission that was checked, and may be written down. */
interface Accepted {
  readonly asked: Asked
  readonly inputs: readonly (string | null)[]
  readonly dependsOn: readonly Dependency[]
  /** Members of its gang; 1 for a job of its own. */
  readonly count: number
  readonly hold: boolean
  readonly from: Readonly<Record<string, unknown>>
}

/** Takes jobs in: whoever gets an id may rely on it. */
export function createIntake(deps: IntakeDeps) {
  const { store, ledger, nowMs } = deps

  /** Within a transaction: jobs, inputs and what they wait for. Whoever gets the ids may rely on them. */
  function insert({ asked, inputs, dependsOn, count, hold, from }: Accepted): string[] {
    const atMs = nowMs()
    const gangId = count > 1 ? newId('gang') : null
    return dealOut(inputs, count).map((own, index) => {
      const id = newId('job')
      ledger.insert(newJob(id, pick(asked), { atMs, hold, gang: gangId === null ? null : { id: gangId, index, size: count }, itemCount: own.length, firstInput: own[0] ?? null }))
      for (const [place, input] of own.entries())
        store.items.insert(id, place, input)
      for (const { job, on } of dependsOn)
        store.dependencies.insert({ jobId: id, onJobId: job, needs: on })
      store.events.append(atMs, 'job.queued', id, { recipe: asked.recipe, model: asked.model, inputs: own.length, tenant: asked.tenantId, queue: asked.queueId, ...from })
      return id
    })
  }

  async function accept(submission: Submission, more: number): Promise<Accepted> {
    const admitted = admit(deps, submission, nowMs(), more)
    const { model, leastMiB } = await checkSubmission(submission, deps.capacity(), deps.catalog)
    const made = submission.serving ? 0 : submission.synthetic ?? 1
    const inputs = submission.inputs.length > 0 ? submission.inputs : Array.from({ length: made }, () => null)
    const count = submission.count ?? 1
    if (count > 1 && !submission.serving && inputs.length < count)
      throw new TrancheError('invalid_input', `${inputs.length === 1 ? 'One input' : `${inputs.length} inputs`} cannot be dealt out among ${count} slices. Ask for fewer, or give more inputs.`)
    return {
      asked: {
        ...admitted,
        recipe: submission.recipe,
        model,
        params: submission.params ?? {},
        profile: submission.profile ?? null,
        deviceId: submission.device ?? null,
        need: submission.need ?? null,
        leastMiB,
        backends: submission.backends ?? [],
        timeLimitMs: submission.timeLimitMs ?? null,
        serving: submission.serving ?? null,
        outDir: submission.outDir ?? null,
      },
      inputs,
      dependsOn: submission.dependsOn ?? [],
      count,
      hold: submission.hold ?? false,
      from: {},
    }
  }

  /** Every one is checked before the first is accepted. */
  async function acceptAll(submissions: readonly Submission[]): Promise<Accepted[]> {
    const accepted: Accepted[] = []
    const wrong: { readonly place: number, readonly thrown: unknown }[] = []
    let jobs = 0
    for (const [place, submission] of submissions.entries()) {
      try {
        accepted.push(await accept(submission, jobs))
        jobs += submission.count ?? 1
      }
      catch (thrown) {
        wrong.push({ place, thrown })
      }
    }
    const [first] = wrong
    if (!first)
      return accepted
    if (submissions.length === 1)
      throw first.thrown
    throw new TrancheError('invalid_input', `None of the ${submissions.length} jobs was accepted, as ${wrong.length === 1 ? 'one is' : `${wrong.length} are`} wrong. Number ${first.place + 1}: ${toErrorShape(first.thrown).message}`, {
      details: { wrong: wrong.slice(0, 100).map(({ place, thrown }) => ({ place, message: toErrorShape(thrown).message })) },
    })
  }

  return {
    /** All or none, in one transaction. Answers with the ids, the members of a gang one after another. */
    async submit(submissions: readonly Submission[]): Promise<string[]> {
      const accepted = await acceptAll(submissions)
      const ids = ledger.commit(() => accepted.flatMap(insert))
      deps.wake()
      return ids
    },
    /** A job like one that has ended, with some of its inputs. Answers with its id. */
    again(job: JobRow, inputs: readonly (string | null)[]): string {
      const [id] = ledger.commit(() => insert({ asked: job, inputs, dependsOn: [], count: 1, hold: false, from: { retryOf: job.id } }))
      deps.wake()
      return id
    },
  }
}

function pick({ recipe, model, params, profile, deviceId, need, leastMiB, backends, timeLimitMs, serving, outDir, name, tenantId, queueId, priority, labels, notBeforeMs, deadlineMs, maxRunMs, retries }: Asked): Asked {
  return { recipe, model, params, profile, deviceId, need, leastMiB, backends, timeLimitMs, serving, outDir, name, tenantId, queueId, priority, labels, notBeforeMs, deadlineMs, maxRunMs, retries }
}

interface Fresh extends Pick<JobRow, 'gang' | 'itemCount' | 'firstInput'> {
  readonly atMs: number
  readonly hold: boolean
}

/** A job that nothing has happened to yet. */
function newJob(id: string, asked: Asked, { atMs, hold, ...rest }: Fresh): JobRow {
  return {
    ...asked,
    ...rest,
    id,
    state: hold ? 'suspended' : 'queued',
    place: atMs,
    tries: 1,
    preemptions: 0,
    error: null,
    lastSlice: null,
    ran: null,
    moves: 0,
    lastPauseMs: null,
    crashes: 0,
    crashesSinceResult: 0,
    killsSinceResult: 0,
    submittedAtMs: atMs,
    startedAtMs: null,
    endedAtMs: null,
    turnSinceMs: atMs,
    queuedMs: 0,
    runMs: 0,
    doneCount: 0,
    failedCount: 0,
  }
}
