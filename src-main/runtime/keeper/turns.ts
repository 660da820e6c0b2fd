import type { ComputeTerms } from '../../contract/model'

/** Whose turn it is and until when. `holder` is null while the time belongs to slices that are not there. */
export interface Turn {
  readonly holder: number | null
  /** Infinity for a seat that nobody competes with. */
  readonly endsAtMs: number
}

/** What takes part in the rotation: a seat, or all absent ones as one. */
interface Entry {
  readonly pid: number | null
  share: number
  busy: boolean
  /** Became busy and had no turn since. */
  fresh: boolean
  /** Time that it had, by its weight. */
  servedMs: number
}

/** Rounding of times must not make a turn of its own. */
const tinyMs = 1e-6

/**
 * The turns of the seats of one device: pure, its clock are the times it is given, which never go back.
 *
 * Every seat's time is charged as it really passed, so a turn that took too long is made good by later ones and shares are
 * exact in the long run. At a turn's end, of those that had no more than their due, the one whose next turn would be
 * over first is next. So a seat is never ahead of its due by more than one turn, nor behind by more than one (the rule
 * and its bounds: Stoica and Abdel-Wahab, "Earliest Eligible Virtual Deadline First", 1995).
 */
export function createTurns(policy: Exclude<ComputeTerms['policy'], 'whole'>, sliceMs: number) {
  const seats = new Map<number, Entry>()
  const absent: Entry = { pid: null, share: 0, busy: false, fresh: false, servedMs: 0 }
  let current: Entry | null = null
  let isFirstTurn = false
  let endsAtMs = 0
  let settledAtMs = 0
  /** Where a seat begins that finds nobody else. */
  let dueMs = 0

  const weight = (entry: Entry) => policy === 'fixed-share' ? entry.share : 1

  function competing(): Entry[] {
    const all = [...seats.values()]
    if (policy === 'best-effort')
      return all.filter(({ busy }) => busy)
    return policy === 'fixed-share' && absent.share > tinyMs ? [...all, absent] : all
  }

  /** What each would have had by its weight, had time been handed out without slices. */
  function due(): number {
    const entries = competing()
    const weights = entries.reduce((sum, entry) => sum + weight(entry), 0)
    return weights > 0 ? entries.reduce((sum, entry) => sum + entry.servedMs * weight(entry), 0) / weights : dueMs
  }

  function settle(atMs: number): void {
    const elapsedMs = Math.max(0, atMs - settledAtMs)
    settledAtMs = Math.max(settledAtMs, atMs)
    if (current)
      current.servedMs += elapsedMs / weight(current)
    else if (policy === 'best-effort')
      dueMs += elapsedMs
    else
      passUnused(competing(), elapsedMs, weight)
    dueMs = due()
  }

  function start(entry: Entry, atMs: number, untilMs: number): Turn {
    isFirstTurn = entry.fresh && Number.isFinite(untilMs)
    entry.fresh = false
    current = entry
    endsAtMs = untilMs
    return { holder: entry.pid, endsAtMs: Math.max(atMs, endsAtMs) }
  }

  function next(entries: readonly Entry[]): Entry | undefined {
    const reached = due() + tinyMs
    const deadline = (entry: Entry) => entry.servedMs + sliceMs / weight(entry)
    return entries.filter(entry => entry.servedMs <= reached).reduce<Entry | undefined>((best, entry) => best && deadline(best) <= deadline(entry) ? best : entry, undefined)
  }

  function setBusy(entry: Entry, busy: boolean): void {
    if (entry.busy === busy)
      return
    // Time that it left to others while it had no work is not made good; what it had too much of is.
    if (busy && policy === 'best-effort')
      entry.servedMs = Math.max(entry.servedMs, dueMs)
    entry.busy = busy
    entry.fresh = busy
    if (!busy && policy === 'best-effort' && current === entry)
      current = null
  }

  /** The absent take what a seat leaves, and give what one takes; in either case they keep what they are ahead or behind. */
  function shareOut(left?: Entry): void {
    const share = Math.max(0, 1 - [...seats.values()].reduce((sum, { share }) => sum + share, 0))
    const aheadMs = [absent, left].reduce((sum, entry) => sum + (entry ? (entry.servedMs - dueMs) * entry.share : 0), 0)
    absent.share = share
    absent.servedMs = share > tinyMs ? dueMs + aheadMs / share : dueMs
    if (current === absent && share <= tinyMs)
      current = null
  }

  return {
    /** A seat takes its place. `share` counts for a fixed share only, and is above 0. */
    join(seat: { readonly pid: number, readonly share: number, readonly busy: boolean }, atMs: number): void {
      settle(atMs)
      const entry: Entry = { pid: seat.pid, share: seat.share, busy: false, fresh: false, servedMs: dueMs }
      setBusy(entry, seat.busy)
      seats.set(seat.pid, entry)
      shareOut()
    },
    leave(pid: number, atMs: number): void {
      settle(atMs)
      if (current?.pid === pid)
        current = null
      const left = seats.get(pid)
      seats.delete(pid)
      shareOut(left)
    },
    /** Whether a seat has work. One that gets some has its first turn at once, unless it is ahead of its due. */
    busy(pid: number, isBusy: boolean, atMs: number): void {
      settle(atMs)
      const entry = seats.get(pid)
      if (entry)
        setBusy(entry, isBusy)
    },
    /** Charges a seat for time that it had outside its turns. */
    charge(pid: number, ms: number): void {
      const entry = seats.get(pid)
      if (entry)
        entry.servedMs += ms / weight(entry)
    },
    /** Whose turn it is now; null where nobody has work. Called at a turn's end and after every change. */
    at(atMs: number): Turn | null {
      settle(atMs)
      const entries = competing()
      if (![...seats.values()].some(({ busy }) => busy)) {
        current = null
        return null
      }
      const [only] = entries
      if (only && entries.length === 1)
        return start(only, atMs, Number.POSITIVE_INFINITY)
      const reached = due() + tinyMs
      const newcomer = isFirstTurn && current ? undefined : entries.find(entry => entry.fresh && entry !== current && entry.servedMs <= reached)
      if (newcomer)
        return start(newcomer, atMs, atMs + sliceMs)
      if (current && entries.includes(current) && atMs < endsAtMs - tinyMs && Number.isFinite(endsAtMs))
        return { holder: current.pid, endsAtMs }
      const chosen = next(entries)
      return chosen ? start(chosen, atMs, atMs + sliceMs) : null
    },
  }
}

/** Time passes while nobody has work: it goes by as turns of those that had least, up to one level, as water fills a vessel. */
function passUnused(entries: readonly Entry[], ms: number, weight: (entry: Entry) => number): void {
  const rising = [...entries].sort((a, b) => a.servedMs - b.servedMs)
  let left = ms
  let weights = 0
  for (const [index, entry] of rising.entries()) {
    weights += weight(entry)
    const level = Math.min(rising[index + 1]?.servedMs ?? Number.POSITIVE_INFINITY, entry.servedMs + left / weights)
    left -= (level - entry.servedMs) * weights
    for (const lower of rising.slice(0, index + 1))
      lower.servedMs = level
    if (left <= tinyMs)
      return
  }
}
