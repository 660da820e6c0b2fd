import type { Queue, QueueTerms, ReservedWindow, SchedulerSettings } from '../../src-main/contract/model'
import type { Handlers } from '../../src-main/contract/router'
import type { MockState } from './mockState'
import { TrancheError } from '../../src-main/contract/errors'
import { virtualId } from './mockDevices'

const hour = 3_600_000
const plain: QueueTerms = { priorityClass: 'normal', rank: 0, state: 'open', tenants: null, defaultMaxRunMs: null, minRunMs: 60_000 }

/** Calls about the mock lab's queues, windows, templates and its scheduler's settings. */
export function mockQueueCalls({ jobs, now, changed, device, putDevice }: MockState) {
  const own: { id: string, name: string, terms: QueueTerms }[] = [
    { id: 'queue_urgent', name: 'urgent', terms: { ...plain, priorityClass: 'guaranteed', rank: 10, tenants: ['physics', 'biology'], defaultMaxRunMs: 2 * hour } },
    { id: 'queue_normal', name: 'normal', terms: plain },
    { id: 'queue_course', name: 'course', terms: { ...plain, rank: -5, state: 'paused', tenants: ['students'], defaultMaxRunMs: hour } },
    { id: 'queue_night', name: 'night', terms: { ...plain, priorityClass: 'scavenger', minRunMs: 0 } },
  ]
  const windows: ReservedWindow[] = [
    { id: 'window_1', name: 'Course on Tuesday', devices: [virtualId], tenants: ['students/ml-course'], time: { kind: 'weekly', days: ['tue'], from: '09:00', to: '12:00', zone: 'Europe/Paris' }, next: { fromMs: now() + 2 * hour, toMs: now() + 5 * hour } },
    { id: 'window_2', name: 'New driver', devices: ['dev_virtual-h100', 'dev_virtual-a30'], tenants: [], time: { kind: 'once', fromMs: now() + 20 * hour, toMs: now() + 22 * hour }, next: { fromMs: now() + 20 * hour, toMs: now() + 22 * hour } },
  ]
  let templates: { name: string, submission: Record<string, unknown>, savedAtMs: number }[] = [
    { name: 'Nightly scans', submission: { recipe: 'ocr', queue: 'night', tenant: 'physics/lattice/ann', labels: { course: 'scans' }, retries: { max: 3, delayMs: 10_000 } }, savedAtMs: now() - 26 * hour },
  ]
  let settings: SchedulerSettings = { halfLifeMs: 7 * 24 * hour, agingMs: 10 * 60_000, preemption: true, moving: true, reservations: 4, keepJobsMs: null, keepEventsMs: null, backupEveryMs: null, keepBackups: 10 }

  const withCounts = (queue: typeof own[number]): Queue => {
    const counts = { queued: 0, held: 0, running: 0 }
    for (const { queue: name, state } of jobs) {
      if (name === queue.name)
        counts[state === 'suspended' ? 'held' : state === 'queued' ? 'queued' : 'running'] += state === 'queued' || state === 'suspended' || state === 'running' ? 1 : 0
    }
    return { ...queue, counts }
  }
  const at = (id: string) => {
    const index = own.findIndex(each => each.id === id || each.name === id)
    if (index < 0)
      throw new TrancheError('not_found', `There is no queue ${id}.`)
    return index
  }

  return {
    'queues.list': () => own.map(withCounts),
    'queues.add': ({ name, terms }) => {
      if (own.some(each => each.name === name))
        throw new TrancheError('conflict', `There is a queue ${name} already. Choose another name.`)
      own.push({ id: `queue_${name}`, name, terms: { ...plain, ...terms } })
      changed(['queues'])
      return withCounts(own[own.length - 1])
    },
    'queues.change': ({ id, name, terms }) => {
      const index = at(id)
      own[index] = { ...own[index], name: name ?? own[index].name, terms: { ...own[index].terms, ...terms } }
      changed(['queues'])
      return withCounts(own[index])
    },
    'queues.remove': ({ id }) => {
      const queue = withCounts(own[at(id)])
      const left = queue.counts.queued + queue.counts.held + queue.counts.running
      if (left > 0)
        throw new TrancheError('in_use', `${queue.name} cannot be removed: ${left} jobs of it have not ended. Close it, and remove it when they have.`)
      own.splice(at(id), 1)
      changed(['queues'])
      return { id }
    },
    'windows.list': () => windows,
    'windows.add': ({ name, devices, tenants, time }) => {
      const from = time.kind === 'once' ? time.fromMs : now() + 24 * hour
      const window: ReservedWindow = { id: `window_${windows.length + 1}`, name, devices, tenants, time, next: { fromMs: from, toMs: time.kind === 'once' ? time.toMs : from + 3 * hour } }
      windows.push(window)
      changed(['queues'])
      return window
    },
    'windows.remove': ({ id }) => {
      windows.splice(windows.findIndex(each => each.id === id), 1)
      changed(['queues'])
      return { id }
    },
    'devices.availability': ({ id, availability }) => putDevice({ ...device(id), availability }),
    'templates.list': () => templates,
    'templates.save': ({ name, submission }) => {
      templates = [...templates.filter(each => each.name !== name), { name, submission, savedAtMs: now() }]
      changed(['queues'])
      return { name }
    },
    'templates.remove': ({ name }) => {
      templates = templates.filter(each => each.name !== name)
      changed(['queues'])
      return { name }
    },
    'schedule.settings': () => settings,
    'schedule.change': different => settings = { ...settings, ...different },
    'lab.backup': ({ file }) => ({ file, bytes: 4_194_304, jobs: jobs.length, atMs: now(), missing: [] }),
    'lab.clone': ({ dir }) => ({ dir, jobs: 0 }),
  } satisfies Partial<Handlers>
}
