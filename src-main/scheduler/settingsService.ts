import type { SchedulerSettings } from '../contract/model'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { Registry } from './registry'

export interface SettingsDeps {
  readonly store: Store
  readonly registry: Registry
  readonly changes: Changes
  readonly nowMs: () => number
  readonly onChanged: () => void
}

/** How the scheduler weighs. */
export function createSettingsService({ store, registry, changes, nowMs, onChanged }: SettingsDeps) {
  return {
    get: (): SchedulerSettings => registry.settings(),
    change(wish: Partial<SchedulerSettings>): SchedulerSettings {
      store.write(() => {
        store.settings.setScheduler({ ...registry.settings(), ...wish })
        store.events.append(nowMs(), 'settings.changed', 'scheduler', wish)
      })
      registry.reload()
      changes.queues()
      onChanged()
      return registry.settings()
    },
  }
}
