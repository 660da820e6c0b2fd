import type { Bridge } from '../../src-main/contract/bridge'
import type { EventName, EventPayload } from '../../src-main/contract/calls'
import type { Scenario } from './mockJobs'
import { createRouter } from '../../src-main/contract/router'
import { mockJobCalls } from './mockJobCalls'
import { mockLabCalls } from './mockLabCalls'
import { mockLayoutCalls } from './mockLayoutCalls'
import { mockLineCalls } from './mockLine'
import { mockQueueCalls } from './mockQueues'
import { createMockState } from './mockState'
import { mockTenantCalls } from './mockTenants'
import { mockTimeline } from './mockTimeline'
import { useNow } from './mockUse'

const useEveryMs = 500

/** An in-memory lab behind the window's bridge: for looking at the window in a browser, without a main process. */
export function createMockBridge(scenario: Scenario = 'usual', now: () => number = Date.now): Bridge {
  const listeners: { [N in EventName]: Set<(payload: EventPayload<N>) => void> } = { changed: new Set(), use: new Set() }
  const state = createMockState(scenario, now, changed => listeners.changed.forEach(listener => listener(changed)))
  const jobCalls = mockJobCalls(state)
  const router = createRouter({
    ...mockLabCalls(state),
    ...mockLayoutCalls(state),
    ...jobCalls,
    ...mockLineCalls(state, jobCalls['jobs.submit']),
    ...mockTenantCalls(state),
    ...mockQueueCalls(state),
    'schedule.timeline': asked => mockTimeline(state.devices, asked, now(), scenario === 'crowd' ? 20_000 : 400),
  })
  setInterval(() => listeners.use.forEach(listener => listener(scenario === 'bare' ? [] : useNow(now()))), useEveryMs)
  return {
    call: (name, input) => router.answer(name, withPaths(input)),
    on(name, listener) {
      listeners[name].add(listener)
      return () => listeners[name].delete(listener)
    },
  }
}

/** As the preload does it: files become paths. */
function withPaths(value: unknown): unknown {
  if (value instanceof File)
    return `/home/admin/drop/${value.name}`
  if (Array.isArray(value))
    return value.map(withPaths)
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withPaths(each)])) : value
}
