import type { PlanPool, PlanSlice, SliceRequest } from '../../broker/planRequest'
import type { Amount, PriorityClass, Rule, SchedulerSettings, TenantTerms, WaitReason } from '../../contract/model'

/**
 * What the planner sees, and what it answers. Pure data: the same in life, in tests and in replays. Times are ms of the
 * lab's clock.
 */

export interface PlanTenant {
  readonly id: string
  /** Null for the root. */
  readonly parent: string | null
  readonly path: string
  readonly terms: TenantTerms
  /** Its own dominant share over the past, faded, without those below it; 0 to 1. */
  readonly faded: number
  /** The same over the last minutes, see `recentMs`. */
  readonly recent: number
}

export interface PlanQueue {
  readonly id: string
  readonly name: string
  readonly priorityClass: PriorityClass
  readonly minRunMs: number
}

/** What jobs of one line have in common: each of them would be served by the very same slices, in the same way. */
export interface LineTerms extends SliceRequest {
  readonly tenant: string
  readonly queue: string
  /** Memory that its model needs at least, in MiB; null where that is not known. */
  readonly leastMiB: number | null
  /** Slices that one unit takes, all or none: 1, or the size of its gang. */
  readonly count: number
  /** How long it may still run; null for no bound. */
  readonly leftMs: number | null
}

/** A job that may start, or a gang of them as one. */
export interface LineUnit {
  /** The job, or every job of the gang in order of their index. */
  readonly jobs: readonly string[]
  /** The lower goes first, see `lineKey`. */
  readonly key: number
  readonly waitsSinceMs: number
  readonly deadlineMs: number | null
}

/** Jobs that ask for the same, in the order in which they go; never empty. Those that cannot start yet for a reason of their own (held, not before, a dependency, a model to fetch, a paused queue) are in no line. */
export interface Line extends LineTerms {
  readonly id: string
  readonly units: readonly LineUnit[]
}

/** A job on its slice, or on its way from one to another. */
export interface PlanRunning {
  readonly job: string
  readonly tenant: string
  readonly queue: string
  /** The slice that it holds; while it is moved, after it the one that it moves to. */
  readonly slices: readonly string[]
  readonly amount: Amount
  /** What it asks for: where it could be moved to. */
  readonly request: SliceRequest
  readonly leastMiB: number | null
  /** When its present turn began. */
  readonly sinceMs: number
  /** When it has to end at the latest; null where nothing bounds it. */
  readonly endsByMs: number | null
  /** What ends it then. */
  readonly endsBy: 'deadline' | 'run-time'
  readonly gang: string | null
  /** It was asked to leave its slice already, or is being moved: nothing more is asked of it. */
  readonly leaving: boolean
  /** Whether it can be moved at all. */
  readonly movable: boolean
}

/** A device is kept for some tenants, or for nobody, from one time to another. */
export interface PlanWindow {
  readonly id: string
  readonly name: string
  readonly devices: readonly string[]
  /** Ids; with all below them. Empty for nobody. */
  readonly tenants: readonly string[]
  readonly fromMs: number
  readonly toMs: number
}

export interface Snapshot {
  readonly settings: SchedulerSettings
  readonly tenants: readonly PlanTenant[]
  readonly queues: readonly PlanQueue[]
  readonly lines: readonly Line[]
  readonly running: readonly PlanRunning[]
  /** Deadlines of jobs that wait, in a line or not. */
  readonly deadlines: readonly { readonly job: string, readonly atMs: number }[]
  readonly slices: readonly PlanSlice[]
  readonly pools: readonly PlanPool[]
  /** Times that are open now or will be; of a weekly window its next ones. */
  readonly windows: readonly PlanWindow[]
  /** Devices on which nothing new starts; `draining`: what runs there has to leave as well. */
  readonly availability: ReadonlyMap<string, 'cordoned' | 'draining'>
}

export type Decision
  /** Start a job, or a whole gang, each on its slice. */
  = | { readonly type: 'start', readonly places: readonly { readonly job: string, readonly slice: string }[], readonly rule: Rule }
    /** Make a part of a shared device, and start the job on it. */
    | { readonly type: 'part', readonly job: string, readonly device: string, readonly profile: string, readonly rule: Rule }
    /** Ask a running job to leave at the end of its batch and put it back into its queue; `for` gets its slice. */
    | { readonly type: 'preempt', readonly job: string, readonly for: string | null, readonly rule: Rule }
    /** Move a running job to a free slice; `for` gets the one it leaves. */
    | { readonly type: 'move', readonly job: string, readonly slice: string, readonly for: string | null, readonly rule: Rule }
    /** End a job, waiting or running: its deadline has passed, or its run time is used up. */
    | { readonly type: 'expire', readonly job: string, readonly rule: 'deadline' | 'run-time' }

/** A slice is kept for a job that cannot start yet. */
export interface Reservation {
  /** The first job of the unit that it is kept for. */
  readonly job: string
  readonly slices: readonly string[]
  /** When all of them are free at the latest; null where nothing says. */
  readonly fromMs: number | null
}

/** Why the first unit of a line does not start now. */
export interface Wait {
  readonly reason: WaitReason
  /** In words: what it waits for, and what would let it in. */
  readonly waitsFor: string
  readonly wouldStartIf: string
  /** Who holds the slices that it could run on. */
  readonly heldBy: readonly { readonly holder: string, readonly what: string, readonly untilMs: number | null }[]
  /** Slices that it could run on, free or not. */
  readonly places: number
}

export interface Plan {
  readonly decisions: readonly Decision[]
  readonly reservations: readonly Reservation[]
  /** By line: what its first unit waits for. Lines that were not come to are not in it. */
  readonly waits: ReadonlyMap<string, Wait>
  /** When time alone will change the answer: a window, a deadline, a run time, a minimum run time; null for never. */
  readonly nextMs: number | null
}
