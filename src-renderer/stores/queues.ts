import type { Queue, ReservedWindow, Tenant } from '@contract/model'
import { defineStore } from 'pinia'
import { call } from '../bridge'
import { pulled } from './pulled'

/** Who asks and in which lines: tenants with their use, queues with their counts, and windows. */
export const useQueues = defineStore('queues', () => {
  const tenants = pulled<readonly Tenant[]>([], () => call('tenants.list', {}), ({ topics }) => topics.includes('queues') || topics.includes('jobs'))
  const queues = pulled<readonly Queue[]>([], () => call('queues.list', {}), ({ topics }) => topics.includes('queues') || topics.includes('jobs'))
  const windows = pulled<readonly ReservedWindow[]>([], () => call('windows.list', {}), ({ topics }) => topics.includes('queues'))

  function refresh() {
    tenants.refresh()
    queues.refresh()
    windows.refresh()
  }

  return {
    tenants: tenants.value,
    tenantsLoaded: tenants.loaded,
    tenantsError: tenants.error,
    queues: queues.value,
    queuesLoaded: queues.loaded,
    queuesError: queues.error,
    windows: windows.value,
    windowsLoaded: windows.loaded,
    windowsError: windows.error,
    refresh,
  }
})
