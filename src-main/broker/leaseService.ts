import type { CallParsed } from '../contract/calls'
import type { HeldLease } from '../contract/model'
import type { LeaseRow } from '../store/leases'
import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { TakeDeps } from './takeOptions'
import { TrancheError } from '../contract/errors'
import { describeLease } from '../inventory/describeDevice'
import { grant, release } from './grant'
import { checkRequest } from './planRequest'
import { takeSlices } from './take'
import { checkTogether } from './togetherRule'

export interface LeaseServiceDeps extends TakeDeps {
  readonly changes: Changes
  /** A slice is free: someone may wait for it. */
  readonly wake: () => void
  /** Takes the slice from a job, which goes back to its queue. */
  readonly revokeJob: (jobId: string) => void
}

export type LeaseService = ReturnType<typeof createLeaseService>

/** Longest time that a timer of Node waits. */
const longestTimerMs = 2 ** 31 - 1

/**
 * Leases of holders outside the lab (VMs, people, teams), and the end of those whose time is over or that were idle for
 * too long. Jobs get and lose their leases with their state: see the scheduler.
 */
export function createLeaseService(deps: LeaseServiceDeps) {
  const { store, nowMs, changes } = deps
  let timer: NodeJS.Timeout | undefined

  function show(lease: LeaseRow): HeldLease {
    const described = describeLease(lease)
    if (!described)
      throw new TrancheError('internal', `Lease ${lease.id} is gone.`)
    return { ...described, slices: lease.sliceIds.flatMap(id => sliceOf(store, id)) }
  }

  function get(id: string): LeaseRow {
    const lease = store.leases.get(id)
    if (!lease)
      throw new TrancheError('not_found', `There is no live lease ${id}: it was released or has expired, or never was. \`tranche lease ls\` lists them.`)
    return lease
  }

  /** Ends what is due, and sets the timer for the next. A clock set forward ends leases early, never late. */
  function sweep(): void {
    const due = store.leases.due(nowMs())
    if (due.length > 0) {
      store.write(() => due.forEach((lease) => {
        const expired = lease.expiresAtMs !== null && lease.expiresAtMs <= nowMs()
        release(store, lease, expired ? 'expired' : 'idle', nowMs())
      }))
      changes.devices()
      deps.wake()
    }
    clearTimeout(timer)
    const next = store.leases.nextDueMs()
    timer = next === null ? undefined : setTimeout(sweep, Math.min(longestTimerMs, Math.max(0, next - nowMs()))).unref()
  }

  return {
    list: (): HeldLease[] => store.leases.live().map(show),

    /** All that is asked for, under one lease, or nothing. Throws `conflict` saying what is in the way. */
    grant({ holder, count, cut, expiresInMs, idleAfterMs, ...asked }: CallParsed<'leases.grant'>): HeldLease {
      const request = { profile: asked.profile ?? null, device: asked.device ?? null, need: asked.need ?? null }
      checkRequest(request)
      const lease = store.write(() => {
        const slices = takeSlices(deps, request, count, cut)
        checkTogether(holder, [...store.leases.allOf(holder).flatMap(({ sliceIds }) => sliceIds), ...slices.map(({ id }) => id)].flatMap(id => vgpuOf(store, id)))
        return grant(store, slices, { name: holder, kind: 'outside', role: 'current', expiresAtMs: expiresInMs === null ? null : nowMs() + expiresInMs, idleAfterMs }, nowMs())
      })
      changes.devices()
      sweep()
      return show(lease)
    },

    /** A sign of use, and more time. Throws `conflict` for an epoch that is not the lease's: its holder is not who it thinks. */
    renew({ id, epoch, expiresInMs }: CallParsed<'leases.renew'>): HeldLease {
      const lease = get(id)
      if (lease.epoch !== epoch)
        throw new TrancheError('conflict', `Lease ${id} has epoch ${lease.epoch}, not ${epoch}.`, { details: { epoch: lease.epoch } })
      if (lease.holderKind === 'job')
        throw new TrancheError('conflict', `Lease ${id} is held by ${lease.holder} and lasts as long as its turn.`)
      store.write(() => {
        store.leases.renew(epoch, nowMs(), expiresInMs === null ? lease.expiresAtMs : nowMs() + expiresInMs)
        for (const sliceId of lease.sliceIds)
          store.events.append(nowMs(), 'lease.renewed', sliceId, { lease: id, holder: lease.holder, epoch })
      })
      changes.devices()
      sweep()
      return show(get(id))
    },

    /** Ends a lease. A job's needs `revoke`. */
    release({ id, revoke }: CallParsed<'leases.release'>): { id: string } {
      const lease = get(id)
      if (lease.holderKind === 'job') {
        if (!revoke)
          throw new TrancheError('in_use', `Lease ${id} is held by ${lease.holder}. With --revoke that job goes back to its queue with the results it has; \`tranche cancel ${lease.holder}\` ends it.`, { details: { holders: [lease.holder] } })
        deps.revokeJob(lease.holder)
        return { id }
      }
      store.write(() => release(store, lease, revoke ? 'revoked' : 'released', nowMs()))
      changes.devices()
      sweep()
      deps.wake()
      return { id }
    },

    sweep,
    close: (): void => clearTimeout(timer),
  }
}

function sliceOf(store: Store, id: string): HeldLease['slices'] {
  const slice = store.slices.get(id)
  const device = slice && store.devices.get(slice.deviceId)
  return slice && device ? [{ slice: id, device: device.id, deviceName: device.name, profile: slice.profile, start: slice.start, size: slice.size }] : []
}

function vgpuOf(store: Store, id: string): { model: string, profile: SliceRow['profile'] }[] {
  const slice = store.slices.get(id)
  const device = slice && store.devices.get(slice.deviceId)
  return slice && device?.mode === 'vgpu' ? [{ model: device.model, profile: slice.profile }] : []
}
