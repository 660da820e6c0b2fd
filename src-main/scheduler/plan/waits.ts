import type { PlanPool, PlanSlice } from '../../broker/planRequest'
import type { Blocked } from './actions/allocate'
import type { Board } from './board'
import type { Cursor } from './order'
import type { Places } from './places'
import type { Refused } from './quota'
import type { Wait } from './snapshot'
import { partOf, serves, wordsOf } from '../../broker/planRequest'
import { closed } from './board'
import { mostHolders } from './places'

/** What a unit waits for, in words that an admin can act on. */
export function waitOf(board: Board, cursor: Cursor, blocked: Blocked): Wait {
  return blocked.by === 'quota' ? quotaWait(blocked.refused) : slicesWait(board, cursor, blocked.found)
}

function quotaWait({ reason, tenant, what }: Refused): Wait {
  const { path, terms } = tenant.tenant
  const words = {
    running: { waitsFor: `${path} to have a job less: it runs ${tenant.held.running} of the ${terms.cap.running} that it may`, wouldStartIf: `a job of ${path} ends, or an admin raises its cap` },
    cap: { waitsFor: `${path} to use less: with this job it would be beyond its cap`, wouldStartIf: `jobs of ${path} end, or an admin raises its cap` },
    borrowing: { waitsFor: `${path} to use less: with this job it would borrow more than it may`, wouldStartIf: `jobs of ${path} end, or an admin raises what it may borrow` },
    lending: { waitsFor: `more to be free: what is left is guaranteed to ${path}, which does not lend it`, wouldStartIf: `other jobs end, or an admin lets ${path} lend more` },
  }
  return { reason, ...words[what], heldBy: [], places: 0 }
}

function slicesWait(board: Board, cursor: Cursor, found: number): Wait {
  const { line, tenant } = cursor
  const wanted = line.count > 1 ? `${line.count} times ${wordsOf(line)}` : wordsOf(line)
  const open = board.placesFor(line, tenant)
  const pools = [...board.pools.values()].filter(({ pool }) => partOf(line, pool) !== null)
  if (open.serving.length === 0 && pools.length === 0)
    return nothingServes(board, cursor, wanted)
  const places = open.kinds === open.serving ? open.slices.length : open.serving.reduce((count, { slices }) => count + slices.length, 0)
  if (open.kinds.length === 0 && pools.length === 0) {
    const [{ sample }] = open.serving
    const shut = closed(board, sample.device, line, tenant)
    return { reason: shut?.reason ?? 'device', waitsFor: `${wanted}: of ${sample.deviceName}, ${shut?.words}`, wouldStartIf: shut?.reason === 'window' ? 'the window is over, or its job has a run time that fits before it' : 'an admin lets jobs start on the device again (`tranche uncordon`)', heldBy: [], places }
  }
  const kept = open.free.filter(({ id }) => board.free.has(id) && board.kept.has(id))
  const heldBy = pools.length === 0 && kept.length === 0 ? open.holders : withOthers(board, cursor, open, pools, kept)
  return {
    reason: line.count > 1 ? 'gang' : 'slice',
    waitsFor: line.count > 1 ? `${wanted} at the same time: ${found} ${found === 1 ? 'is' : 'are'} free` : `${wanted}, which is held by ${names(heldBy.map(({ holder }) => holder))}`,
    wouldStartIf: line.count > 1 ? `${line.count - found} more of the ${open.slices.length} are free at the same time` : `one of these lets go${line.leftMs === null && kept.length > 0 ? ', or it says how long it runs at most (`--max-run`), so that it can go in between' : ''}`,
    heldBy,
    places,
  }
}

/** Besides those that hold slices, who has parts of shared devices and for whom free slices are kept. */
function withOthers(board: Board, { line, next }: Cursor, { holders }: Places, pools: readonly { readonly pool: PlanPool }[], kept: readonly PlanSlice[]): Wait['heldBy'] {
  const found = new Map(holders.map(({ holder, what }) => [holder, what]))
  pools.forEach(({ pool }) => pool.holders.forEach(holder => found.set(holder, `a part of ${pool.deviceName}`)))
  kept.forEach(({ id, profile, deviceName }) => {
    const by = board.reservations.find(({ slices }) => slices.includes(id))
    if (by && by.job !== line.units[next].jobs[0])
      found.set(by.job, `${profile} of ${deviceName} is kept for it`)
  })
  return [...found].slice(0, mostHolders).map(([holder, what]) => ({ holder, what, untilMs: board.running.get(holder)?.endsByMs ?? null }))
}

function nothingServes(board: Board, { line }: Cursor, wanted: string): Wait {
  const known = [...board.snapshot.slices.filter(slice => serves(slice, line)), ...board.snapshot.pools.filter(pool => partOf(line, pool) !== null)]
  const unusable = known.find(place => place.unusable !== null)
  if (unusable)
    return { reason: 'device', waitsFor: `${wanted} on ${unusable.deviceName}: ${unusable.unusable}`, wouldStartIf: 'the device can be used again', heldBy: [], places: 0 }
  if (known.length > 0)
    return { reason: 'no-such-slice', waitsFor: `a larger slice: ${wanted} has too little memory, the model needs about ${Math.ceil(line.leastMiB ?? 0)} MiB`, wouldStartIf: 'a larger slice is cut, or it is submitted with a smaller batch', heldBy: [], places: 0 }
  return { reason: 'no-such-slice', waitsFor: `${wanted}${line.device === null ? '' : ` on ${line.device}`}, which does not exist any more`, wouldStartIf: 'such a slice is cut (`tranche slice explain` says how), or it is submitted for another', heldBy: [], places: 0 }
}

function names(holders: readonly string[]): string {
  return holders.length === 0 ? 'nobody for long' : `${holders.slice(0, 3).join(', ')}${holders.length > 3 ? ` and ${holders.length - 3} more` : ''}`
}
