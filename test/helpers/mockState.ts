import type { Changed } from '../../src-main/contract/calls'
import type { CatalogEntry, Device, EventRow, Job, Slice } from '../../src-main/contract/model'
import type { Scenario } from './mockJobs'
import { TrancheError } from '../../src-main/contract/errors'
import { firstCatalog } from './mockCatalog'
import { crowd } from './mockCrowd'
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
  /** Grows with each change of a job. */
  readonly version: () => number
  /** Makes many changes and tells of them once. */
  readonly together: <T>(change: () => T) => T
  /** Changes one slice of its device; nothing where there is no such slice any more. */
  readonly putSlice: (id: string, different: Partial<Slice>) => void
}

const crowdSize = 100_000
/** Events of the first ones only, where there are very many. */
const mostWithEvents = 2000

export function createMockState(scenario: Scenario, now: () => number, say: (changed: Changed) => void): MockState {
  const devices = scenario === 'bare' ? [] : scenario === 'fleet' || scenario === 'crowd' ? [...firstDevices(now()), ...manyDevices(scenario === 'crowd' ? 120 : 600)] : [...firstDevices(now()), mockRealGpu()]
  const usual = firstJobs(scenario, now())
  const jobs = scenario === 'crowd' ? [...usual, ...crowd(crowdSize - usual.length, now())] : usual
  const events = jobs.slice(0, mostWithEvents).flatMap(job => eventsOf(job))
  const places = new Map(jobs.map(({ id }, index) => [id, index]))
  let seq = events.length
  let version = 0
  let isTogether = false

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
    job: id => found(jobs[places.get(id) ?? -1], `job ${id}`),
    putJob(job) {
      const at = places.get(job.id) ?? jobs.length
      places.set(job.id, at)
      jobs[at] = job
      version += 1
      if (!isTogether)
        changed(['jobs', 'devices'], [job.id])
      return job
    },
    version: () => version,
    together(change) {
      isTogether = true
      const answer = change()
      isTogether = false
      changed(['jobs', 'devices', 'queues'])
      return answer
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
