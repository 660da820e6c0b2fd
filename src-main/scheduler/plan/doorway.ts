import type { PlanWindow, Snapshot } from './snapshot'
import type { TenantNode } from './tenantTree'

/** Whether jobs may start on a device, or stay on it: windows, and devices out of use. */
export interface Doorway {
  /** Whether it refuses nobody anything. */
  readonly isOpen: boolean
  /** Why nothing of a tenant starts there now, or null. */
  readonly refuses: (device: string, tenant: TenantNode, leftMs: number | null, minRunMs: number) => Closed | null
  /** Why what runs there has to leave, or null. */
  readonly evicts: (device: string, tenant: TenantNode) => 'window-begins' | 'drained' | null
}

export interface Closed {
  readonly reason: 'window' | 'device'
  readonly words: string
  /** When it is over; null where nothing says. */
  readonly untilMs: number | null
}

const none: readonly PlanWindow[] = []

/**
 * A window that is open admits only its own tenants. Before one opens a job starts only if it surely ends by then, or can
 * do some work before it has to leave (`minRunMs`), which it can only where jobs are evicted at all.
 */
export function createDoorway({ windows, availability, settings }: Pick<Snapshot, 'windows' | 'availability' | 'settings'>, nowMs: number): Doorway {
  const byDevice = new Map<string, PlanWindow[]>()
  for (const window of [...windows].sort((a, b) => a.fromMs - b.fromMs || (a.id < b.id ? -1 : 1))) {
    for (const device of window.toMs > nowMs ? window.devices : [])
      byDevice.set(device, [...byDevice.get(device) ?? [], window])
  }
  const foreign = (device: string, tenant: TenantNode) => (byDevice.get(device) ?? none).filter(({ tenants }) => !tenant.line.some(({ id }) => tenants.includes(id)))
  return {
    isOpen: byDevice.size === 0 && availability.size === 0,
    refuses(device, tenant, leftMs, minRunMs) {
      const state = availability.get(device)
      if (state !== undefined)
        return { reason: 'device', words: state === 'cordoned' ? 'it is cordoned' : 'it is being emptied', untilMs: null }
      for (const { name, fromMs, toMs } of foreign(device, tenant)) {
        if (fromMs <= nowMs)
          return { reason: 'window', words: `it is kept by the window ${name}`, untilMs: toMs }
        const endsBefore = leftMs !== null && nowMs + leftMs <= fromMs
        if (!endsBefore && !(settings.preemption && nowMs + minRunMs <= fromMs))
          return { reason: 'window', words: `the window ${name} opens before it would surely be done`, untilMs: toMs }
      }
      return null
    },
    evicts(device, tenant) {
      if (availability.get(device) === 'draining')
        return 'drained'
      return foreign(device, tenant).some(({ fromMs }) => fromMs <= nowMs) ? 'window-begins' : null
    },
  }
}
