/** What counts the delay; a test has its own. */
export interface Timers {
  readonly set: (run: () => void, ms: number) => unknown
  readonly clear: (timer: unknown) => void
}

export interface BatcherOptions<T> {
  /** Members of a group at most. */
  readonly maxBatch: number
  /** How long the first of a group waits for others, in milliseconds. */
  readonly maxDelayMs: number
  /** Only members of one kind run together; one whose kind is null runs alone. */
  readonly kindOf: (member: T) => string | null
  /** Runs a group, in the order of arrival. Must not reject. One at a time is under way. */
  readonly run: (group: readonly T[]) => Promise<void>
  readonly timers?: Timers
}

interface Group<T> {
  readonly kind: string | null
  readonly members: T[]
  isDue: boolean
  timer: unknown
}

const processTimers: Timers = { set: (run, ms) => setTimeout(run, ms), clear: timer => clearTimeout(timer as NodeJS.Timeout) }

/**
 * Gathers what arrives one by one into groups of a kind. A group is due when it is full or its first member has waited
 * `maxDelayMs`; a full one goes at once if nothing is under way. What is due has to wait for the group under way, and takes
 * in others meanwhile. Members of a kind run in the order of their arrival; kinds, in the order of their oldest due group.
 */
export function createBatcher<T>({ maxBatch, maxDelayMs, kindOf, run, timers = processTimers }: BatcherOptions<T>) {
  /** Groups that have not begun, the oldest first. */
  let waiting: Group<T>[] = []
  let underWay: Promise<void> | null = null
  let isClosed = false

  function open(kind: string | null): Group<T> {
    const group: Group<T> = { kind, members: [], isDue: false, timer: null }
    if (kind !== null && maxBatch > 1 && maxDelayMs > 0) {
      group.timer = timers.set(() => {
        makeDue(group)
        next()
      }, maxDelayMs)
    }
    else {
      group.isDue = true
    }
    waiting.push(group)
    return group
  }

  function makeDue(group: Group<T>): void {
    group.isDue = true
    timers.clear(group.timer)
  }

  function next(): void {
    const group = underWay ? undefined : waiting.find(({ isDue }) => isDue)
    if (!group)
      return
    waiting = waiting.filter(other => other !== group)
    underWay = run(group.members).finally(() => {
      underWay = null
      next()
    })
  }

  return {
    /** Takes one member; after `close` it is dropped. */
    add(member: T): void {
      if (isClosed)
        return
      const kind = kindOf(member)
      const room = kind === null ? undefined : waiting.find(group => group.kind === kind && group.members.length < maxBatch)
      const group = room ?? open(kind)
      group.members.push(member)
      if (group.members.length >= maxBatch)
        makeDue(group)
      next()
    },
    /** Drops what has not begun, and resolves when the group under way has ended. */
    async close(): Promise<void> {
      isClosed = true
      for (const { timer } of waiting)
        timers.clear(timer)
      waiting = []
      await underWay
    },
  }
}
