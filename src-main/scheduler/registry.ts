import type { SchedulerSettings } from '../contract/model'
import type { QueueRow } from '../store/queues'
import type { Store } from '../store/store'
import type { TenantRow } from '../store/tenants'
import type { WindowRow } from '../store/windows'
import { TrancheError } from '../contract/errors'
import { rootTenant } from '../store/tenants'

export type Registry = ReturnType<typeof createRegistry>

/** Tenants, queues, windows and settings as they are in the database, kept in memory because every look at the queue needs them. */
export function createRegistry(store: Pick<Store, 'tenants' | 'queues' | 'windows' | 'settings'>) {
  let tenants: ReadonlyMap<string, TenantRow> = new Map()
  let queues: ReadonlyMap<string, QueueRow> = new Map()
  let windows: readonly WindowRow[] = []
  let settings: SchedulerSettings = store.settings.scheduler()
  reload()

  /** Reads everything again, after a change. */
  function reload(): void {
    tenants = new Map(store.tenants.all().map(row => [row.id, row]))
    queues = new Map(store.queues.all().map(row => [row.id, row]))
    windows = store.windows.all()
    settings = store.settings.scheduler()
  }

  /** A tenant and all above it, from the root down. */
  function lineage(id: string): TenantRow[] {
    const row = tenants.get(id)
    return row ? [...row.parentId === null ? [] : lineage(row.parentId), row] : []
  }

  /** Names from below the root down; the root's own for the root. */
  function pathOf(id: string): string {
    const names = lineage(id).map(({ name }) => name)
    return names.length > 1 ? names.slice(1).join('/') : names[0] ?? id
  }

  return {
    reload,
    lineage,
    pathOf,
    tenants: (): readonly TenantRow[] => [...tenants.values()],
    queues: (): readonly QueueRow[] => [...queues.values()],
    windows: (): readonly WindowRow[] => windows,
    settings: (): SchedulerSettings => settings,
    queue: (id: string): QueueRow | undefined => queues.get(id),
    /** By id or path. Throws `not_found`. */
    tenant(named: string): TenantRow {
      const found = tenants.get(named) ?? [...tenants.values()].find(({ id }) => pathOf(id) === named)
      if (!found)
        throw new TrancheError('not_found', `There is no tenant ${named}. There are ${list([...tenants.keys()].filter(id => id !== rootTenant).map(pathOf))}.`)
      return found
    },
    /** By id or name. Throws `not_found`. */
    queueNamed(named: string): QueueRow {
      const found = queues.get(named) ?? [...queues.values()].find(({ name }) => name === named)
      if (!found)
        throw new TrancheError('not_found', `There is no queue ${named}. There are ${list([...queues.values()].map(({ name }) => name))}.`)
      return found
    },
    /** A tenant and all below it, by id. */
    below(id: string): ReadonlySet<string> {
      return new Set([...tenants.keys()].filter(other => lineage(other).some(row => row.id === id)))
    },
  }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : `${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`
}
