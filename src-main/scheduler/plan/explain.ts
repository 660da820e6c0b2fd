import type { Why } from '../../contract/model'
import type { Line, Plan, Snapshot } from './snapshot'
import { priorityClasses } from '../../contract/model'

type Waiting = Omit<Why, 'job' | 'state' | 'decisions'>

/** Why a job that stands in line has not started, as of a plan: what it waits for, behind whom, and since when it could be its turn. */
export function explainWait(snapshot: Snapshot, { waits, reservations, decisions }: Plan, jobId: string, nowMs: number): Waiting {
  const found = find(snapshot.lines, jobId)
  if (!found)
    return turn('the scheduler to look at it', 'it is looked at, at once', [], null)
  const { line, index } = found
  const place = placeOf(snapshot, line, index)
  const starting = decisions.some(decision => (decision.type === 'start' && decision.places.some(({ job }) => job === jobId)) || (decision.type === 'part' && decision.job === jobId))
  if (starting)
    return turn('nothing more: it is being started', 'it is', [], nowMs, place)
  const wait = waits.get(line.id)
  const started = decisions.filter(decision => decision.type === 'start' && line.units.slice(0, index).some(({ jobs }) => decision.places[0].job === jobs[0])).length
  const ahead = index - started
  if (!wait)
    return turn(ahead > 0 ? `${ahead} that came before it` : 'its turn: others come first', 'those before it have started', ahead > 0 ? [heldByFirst(line)] : [], null, place)
  const reservation = reservations.find(({ job }) => job === line.units[started]?.jobs[0])
  const estimatedStartMs = estimate(line, ahead, Math.max(1, wait.places), reservation?.fromMs ?? null)
  if (ahead === 0)
    return { waitsFor: wait.waitsFor, reason: wait.reason, heldBy: [...wait.heldBy], wouldStartIf: wait.wouldStartIf, estimatedStartMs, place }
  return {
    waitsFor: `${ahead} that came before it; the first of these waits for ${wait.waitsFor}`,
    reason: 'turn',
    heldBy: [heldByFirst(line, started), ...wait.heldBy],
    wouldStartIf: `these have started, and then ${wait.wouldStartIf}`,
    estimatedStartMs,
    place,
  }
}

function turn(waitsFor: string, wouldStartIf: string, heldBy: Waiting['heldBy'], estimatedStartMs: number | null, place: number | null = null): Waiting {
  return { waitsFor, reason: 'turn', heldBy, wouldStartIf, estimatedStartMs, place }
}

function heldByFirst(line: Line, at = 0): Waiting['heldBy'][number] {
  return { holder: line.units[at].jobs[0], what: 'the place before it in line', untilMs: null }
}

/** As many as there are places start together, each for as long as they may; null where nothing says how long that is. */
function estimate({ leftMs, count }: Line, ahead: number, places: number, firstMs: number | null): number | null {
  if (firstMs === null)
    return null
  const together = Math.max(1, Math.floor(places / count))
  const rounds = Math.floor(ahead / together)
  return rounds === 0 ? firstMs : leftMs === null ? null : firstMs + rounds * leftMs
}

function find(lines: readonly Line[], jobId: string): { line: Line, index: number } | null {
  for (const line of lines) {
    const index = line.units.findIndex(({ jobs }) => jobs.includes(jobId))
    if (index !== -1)
      return { line, index }
  }
  return null
}

/** Units of higher classes, and of its own class with a lower key, come before it. */
function placeOf(snapshot: Snapshot, line: Line, index: number): number {
  const classes = new Map(snapshot.queues.map(({ id, priorityClass }) => [id, priorityClasses.indexOf(priorityClass)]))
  const own = classes.get(line.queue) ?? 0
  const { key } = line.units[index]
  return 1 + index + snapshot.lines.filter(other => other !== line).reduce((count, other) => {
    const theirs = classes.get(other.queue) ?? 0
    return count + (theirs < own ? other.units.length : theirs > own ? 0 : countBelow(other, key))
  }, 0)
}

/** Units of a line whose key is lower: by halving. */
function countBelow({ units }: Line, key: number): number {
  let low = 0
  let high = units.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (units[middle].key < key)
      low = middle + 1
    else
      high = middle
  }
  return low
}
