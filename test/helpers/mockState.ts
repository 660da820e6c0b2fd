import type { Changed } from '../../src-main/contract/calls'
import type { CatalogEntry, Device, EventRow, Job, Slice } from '../../src-main/contract/model'
import type { Scenario } from './mockJobs'
import { TrancheError } from '../../src-main/contract/errors'
import { firstCatalog } from './mockCatalog'
import { firstDevices, manyDevices } from './mockDevices'
import { firstJobs } from './mockJobs'
import { eventsOf } from './mockResults'
import { mockRealGpu } from './mockSmi'

/** What the mock lab knows, and the only ways in which it changes: each tells whoever listens. */
export interface MockState {
  readonly scenario: Scenario
  readonly now: () => number
  readonly devices: Device[]
  readonly jobs: Job[]
  readonly catalog: CatalogEntry[]
  readonly events: readonly EventRow[]
  readonly changed: (topics: Changed['topics'], jobs?: readonly string[]) => void
  readonly device: (id: string) => Device
  readonly putDevice: (device: Device) => Device
  readonly job: (id: string) => Job
  readonly putJob: (job: Job) => Job
  /** Changes one slice of its device; nothing where there is no such slice any more. */
  readonly putSlice: (id: string, different: Partial<Slice>) => void
}

export function createMockState(scenario: Scenario, now: () => number, say: (changed: Changed) => void): MockState {
  const devices = scenario === 'bare' ? [] : scenario === 'fleet' ? [...firstDevices(now()), ...manyDevices(600)] : [...firstDevices(now()), mockRealGpu()]
  const jobs = firstJobs(scenario, now())
  const events = jobs.flatMap(job => eventsOf(job))
  let seq = events.length

  function changed(topics: Changed['topics'], ids: readonly string[] = []) {
    seq += 1
    say({ seq, topics: [...topics], jobs: [...ids] })
  }

  function putDevice(device: Device): Device {
    devices[devices.findIndex(({ id }) => id === device.id)] = device
    changed(['devices'])
    return device
  }

  return {
    scenario,
    now,
    devices,
    jobs,
    catalog: scenario === 'bare' ? [] : firstCatalog(),
    events,
    changed,
    putDevice,
    device: id => found(devices.find(each => each.id === id), `device ${id}`),
    job: id => found(jobs.find(each => each.id === id), `job ${id}`),
    putJob(job) {
      const at = jobs.findIndex(each => each.id === job.id)
      if (at < 0)
        jobs.unshift(job)
      else
        jobs[at] = job
      changed(['jobs', 'devices'], [job.id])
      return job
    },
    putSlice(id, different) {
      const of = devices.find(({ slices }) => slices.some(slice => slice.id === id))
      if (of)
        putDevice({ ...of, slices: of.slices.map(slice => slice.id === id ? { ...slice, ...different } : slice) })
    },
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined)
    throw new TrancheError('not_found', `There is no ${what}.`)
  return value
}
