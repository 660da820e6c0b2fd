import type { Why } from '../contract/model'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Book } from './book'
import type { Plan, Snapshot } from './plan/snapshot'
import { TrancheError } from '../contract/errors'
import { decisionsOf } from './decisions'
import { explainWait } from './plan/explain'

/** Events of a job that are looked through for decisions. */
const mostEvents = 5000

export interface WhyDeps {
  readonly store: Store
  readonly book: Book
  readonly lastLook: () => { readonly snapshot: Snapshot, readonly plan: Plan } | null
  readonly nowMs: () => number
}

type Waiting = Omit<Why, 'job' | 'state' | 'decisions'>

/** Why a job is where it is. */
export function createWhyService({ store, book, lastLook, nowMs }: WhyDeps) {
  function waiting(job: JobRow): Waiting {
    if (job.state === 'suspended')
      return { waitsFor: job.startedAtMs === null ? 'someone to release it: it is held' : 'someone to resume it: it was suspended', reason: 'held', heldBy: [], wouldStartIf: `it is put back into its line (\`tranche release ${job.id}\`)`, estimatedStartMs: null, place: null }
    const asleep = book.asleep(job.id)
    if (asleep)
      return { waitsFor: asleep.words, reason: asleep.reason, heldBy: [], wouldStartIf: asleep.wouldStartIf, estimatedStartMs: null, place: null }
    const unready = job.gang && book.gang(job.gang.id).find(member => book.asleep(member) !== undefined || book.get(member)?.state === 'suspended')
    if (unready)
      return { waitsFor: `the others of its gang: ${unready} cannot start yet`, reason: 'gang', heldBy: [{ holder: unready, what: 'a job of its gang', untilMs: null }], wouldStartIf: `${unready} can start; they start together or not at all`, estimatedStartMs: null, place: null }
    const look = lastLook()
    if (!look)
      return { waitsFor: 'the scheduler to look at it', reason: 'scheduler', heldBy: [], wouldStartIf: 'this lab starts jobs: an app or `tranche serve` has to run', estimatedStartMs: null, place: null }
    return explainWait(look.snapshot, look.plan, job.id, nowMs())
  }

  /** How a job stands that waits for nothing. */
  function standingOf({ state, lastSlice, serving, doneCount, failedCount, itemCount }: JobRow): string {
    const where = lastSlice === null ? '' : ` on ${lastSlice.profile} of ${store.devices.get(lastSlice.device)?.name ?? lastSlice.device}`
    const through = serving ? '' : `, through with ${doneCount + failedCount} of ${itemCount} ${itemCount === 1 ? 'input' : 'inputs'}`
    if (state === 'running')
      return serving ? `it answers requests${where}` : `it runs${where}${through}`
    if (state === 'failed')
      return `it failed${where}${through}`
    return state === 'done' ? `it is done${where}${through}` : `it was cancelled${through}`
  }

  const settled = (words: string): Waiting => ({ waitsFor: words, reason: null, heldBy: [], wouldStartIf: '', estimatedStartMs: null, place: null })

  return {
    why(id: string): Why {
      const job = store.jobs.get(id)
      if (!job)
        throw new TrancheError('not_found', `There is no job ${id}. \`tranche jobs\` lists them.`)
      const answer = job.state === 'queued' || job.state === 'suspended'
        ? waiting(job)
        : settled(standingOf(job))
      return { job: id, state: job.state, ...answer, decisions: decisionsOf(store.events.list(0, mostEvents, id)) }
    },
    /** Why a queued job does not run yet, in a few words for a list. */
    waitingFor: (job: JobRow): string | null => job.state === 'queued' ? waiting(job).waitsFor : null,
  }
}
