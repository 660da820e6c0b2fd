import type { CallParsed } from '../contract/calls'
import type { ReservedWindow } from '../contract/model'
import type { Store } from '../store/store'
import type { WindowRow } from '../store/windows'
import type { Changes } from '../telemetry/changes'
import type { PlanWindow } from './plan/snapshot'
import type { Registry } from './registry'
import { TrancheError } from '../contract/errors'
import { newId } from '../store/ids'
import { checkWindowTime, openings } from './windowTimes'

/** Openings of a weekly window that the planner looks ahead to. */
const lookAhead = 4

export interface WindowServiceDeps {
  readonly store: Store
  readonly registry: Registry
  readonly changes: Changes
  readonly nowMs: () => number
  readonly onChanged: () => void
}

/** Times for which devices are kept for some tenants, or out of use. */
export function createWindowService({ store, registry, changes, nowMs, onChanged }: WindowServiceDeps) {
  const describe = (row: WindowRow): ReservedWindow => ({
    ...row,
    devices: [...row.devices],
    tenants: row.tenants.map(registry.pathOf),
    next: openings(row.time, nowMs(), 1)[0] ?? null,
  })

  function settle(): void {
    registry.reload()
    changes.queues()
    onChanged()
  }

  return {
    list: (): ReservedWindow[] => registry.windows().map(describe),
    add({ name, devices, tenants, time }: CallParsed<'windows.add'>): ReservedWindow {
      checkWindowTime(time, nowMs())
      for (const device of devices) {
        if (!store.devices.get(device))
          throw new TrancheError('not_found', `There is no device ${device}. \`tranche devices\` lists them.`)
      }
      const row: WindowRow = { id: newId('window'), name, devices, tenants: tenants.map(named => registry.tenant(named).id), time }
      store.write(() => {
        store.windows.insert(row)
        store.events.append(nowMs(), 'window.added', row.id, { name, devices, tenants: row.tenants, time })
      })
      settle()
      return describe(row)
    },
    remove(id: string): { id: string } {
      const row = registry.windows().find(window => window.id === id || window.name === id)
      if (!row)
        throw new TrancheError('not_found', `There is no window ${id}. \`tranche window ls\` lists them.`)
      store.write(() => {
        store.windows.remove(row.id)
        store.events.append(nowMs(), 'window.removed', row.id, { name: row.name })
      })
      settle()
      return { id: row.id }
    },
    /** For the planner: every opening that is under way or comes next. */
    planned: (atMs: number): PlanWindow[] => registry.windows().flatMap(({ id, name, devices, tenants, time }) =>
      openings(time, atMs, lookAhead).map(({ fromMs, toMs }) => ({ id, name, devices, tenants, fromMs, toMs }))),
  }
}
