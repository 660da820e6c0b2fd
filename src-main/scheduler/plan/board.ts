import type { PlanPool, PlanSlice } from '../../broker/planRequest'
import type { Amount } from '../../contract/model'
import type { Doorway } from './doorway'
import type { KindIndex } from './kinds'
import type { Opening, Places } from './places'
import type { Decision, Line, PlanQueue, PlanRunning, Reservation, Snapshot, Wait } from './snapshot'
import type { TenantNode, TenantTree } from './tenantTree'
import { compareIds } from '../../broker/planRequest'
import { createDoorway } from './doorway'
import { kindsOf } from './kinds'
import { placeFinder } from './places'
import { tenantTree } from './tenantTree'

/** What a plan knows and has decided so far; each action reads it and adds to it. */
export interface Board {
  readonly nowMs: number
  readonly snapshot: Snapshot
  readonly kinds: KindIndex
  readonly tree: TenantTree
  readonly doorway: Doorway
  /** Where jobs of a line could run. */
  readonly placesFor: (line: Line, tenant: TenantNode) => Places
  /** All slices by the time when each is free if nothing happens before, soonest first. */
  readonly ends: () => readonly Opening[]
  readonly queues: ReadonlyMap<string, PlanQueue>
  /** In order of their ids. */
  readonly running: ReadonlyMap<string, PlanRunning>
  /** Whether a job of the class that gives way to every other one runs. */
  readonly scavengers: boolean
  /** Ids of slices that nobody has, and that this plan has given to nobody. */
  readonly free: Set<string>
  readonly pools: Map<string, { readonly pool: PlanPool, freeMiB: number }>
  /** All that is free, together. */
  readonly freeAmount: { compute: number, memoryMiB: number }
  readonly whole: Amount
  /** From when on a slice is kept for someone: from always (-Infinity) where nothing says when. */
  readonly kept: Map<string, number>
  /** When a reserved slice is free again after whom it is kept for; Infinity where nothing says. */
  readonly freeAgain: Map<string, number>
  /** Slices that running jobs are about to leave, and that nobody in this plan counts on yet. */
  readonly coming: Set<string>
  readonly decisions: Decision[]
  readonly reservations: Reservation[]
  readonly waits: Map<string, Wait>
  nextMs: number | null
}

export function createBoard(snapshot: Snapshot, nowMs: number): Board {
  const kinds = kindsOf(snapshot.slices)
  const tree = tenantTree(snapshot.tenants)
  const busy = new Set(snapshot.running.flatMap(({ slices }) => slices))
  const free = snapshot.slices.filter(({ id, holder, unusable }) => holder === null && unusable === null && !busy.has(id))
  const usable = snapshot.slices.filter(({ unusable }) => unusable === null)
  const pools = snapshot.pools.filter(({ unusable }) => unusable === null)
  for (const { tenant, amount, leaving, slices } of snapshot.running) {
    tree.count(tenant, amount, 1)
    // One with two slices is on its way from one to the other, and stays.
    if (leaving && slices.length === 1)
      tree.goes(tenant, amount)
  }
  const doorway = createDoorway(snapshot, nowMs)
  const queues = new Map(snapshot.queues.map(queue => [queue.id, queue]))
  const freeIds = new Set(free.map(({ id }) => id))
  const running = new Map([...snapshot.running].sort((a, b) => compareIds(a.job, b.job)).map(each => [each.job, each]))
  const finder = placeFinder({ index: kinds, doorway, running, free: freeIds })
  return {
    nowMs,
    snapshot,
    kinds,
    tree,
    doorway,
    placesFor: (line, tenant) => finder.placesFor(line, tenant, queues.get(line.queue)?.minRunMs ?? 0),
    ends: finder.ends,
    queues,
    running,
    scavengers: snapshot.running.some(({ queue }) => queues.get(queue)?.priorityClass === 'scavenger'),
    free: freeIds,
    pools: new Map(pools.map(pool => [pool.device, { pool, freeMiB: pool.freeMiB }])),
    freeAmount: sum([...free.map(amountOf), ...pools.map(({ memoryMiB, freeMiB }) => ({ compute: freeMiB / memoryMiB, memoryMiB: freeMiB }))]),
    whole: sum([...usable.map(amountOf), ...pools.map(({ memoryMiB }) => ({ compute: 1, memoryMiB }))]),
    kept: new Map(),
    freeAgain: new Map(),
    coming: new Set(snapshot.running.filter(({ leaving }) => leaving).flatMap(({ slices }) => slices.slice(0, 1))),
    decisions: [],
    reservations: [],
    waits: new Map(),
    nextMs: null,
  }
}

export function amountOf({ computeShare, memoryMiB }: Pick<PlanSlice, 'computeShare' | 'memoryMiB'>): Amount {
  return { compute: computeShare, memoryMiB }
}

export function sum(amounts: readonly Amount[]): { compute: number, memoryMiB: number } {
  return amounts.reduce<{ compute: number, memoryMiB: number }>((total, { compute, memoryMiB }) => ({ compute: total.compute + compute, memoryMiB: total.memoryMiB + memoryMiB }), { compute: 0, memoryMiB: 0 })
}

/** Gives a free slice away within this plan. */
export function take(board: Board, slice: PlanSlice): void {
  if (!board.free.delete(slice.id))
    return
  board.freeAmount.compute -= slice.computeShare
  board.freeAmount.memoryMiB -= slice.memoryMiB
}

/** Time alone will change the answer then. */
export function lookAgain(board: Board, atMs: number | null): void {
  if (atMs !== null && atMs > board.nowMs && Number.isFinite(atMs))
    board.nextMs = board.nextMs === null ? atMs : Math.min(board.nextMs, atMs)
}

/** Whether a job that runs for `leftMs` at most would delay whom the slice is kept for. */
export function delays({ kept, nowMs }: Board, slice: string, leftMs: number | null): boolean {
  const from = kept.get(slice)
  return from !== undefined && (leftMs === null || nowMs + leftMs > from)
}

export function minRunOf({ queues }: Board, queue: string): number {
  return queues.get(queue)?.minRunMs ?? 0
}

/** Why a unit of a line may not start on a device now, or null. */
export function closed(board: Board, device: string, line: Line, tenant: TenantNode) {
  return board.doorway.refuses(device, tenant, line.leftMs, minRunOf(board, line.queue))
}
