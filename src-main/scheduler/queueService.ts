import type { CallParsed } from '../contract/calls'
import type { Queue } from '../contract/model'
import type { QueueRow } from '../store/queues'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { Book } from './book'
import type { Registry } from './registry'
import { TrancheError } from '../contract/errors'
import { newId } from '../store/ids'
import { usualQueue } from '../store/queues'
import { usualQueueTerms } from './terms'

export interface QueueServiceDeps {
  readonly store: Store
  readonly registry: Registry
  readonly book: Book
  readonly changes: Changes
  readonly nowMs: () => number
  /** The order of jobs may be another. */
  readonly onChanged: () => void
}

/** What admins do with queues. */
export function createQueueService({ store, registry, book, changes, nowMs, onChanged }: QueueServiceDeps) {
  function describe({ id, name, terms }: QueueRow): Queue {
    const counts = { queued: 0, held: 0, running: 0 }
    for (const { queueId, state } of book.jobs()) {
      if (queueId === id)
        counts[state === 'running' ? 'running' : state === 'suspended' ? 'held' : 'queued']++
    }
    return { id, name, terms, counts }
  }

  function keep(row: QueueRow, isNew: boolean): Queue {
    if (registry.queues().some(({ id, name }) => id !== row.id && name === row.name))
      throw new TrancheError('conflict', `There is a queue ${row.name} already. Choose another name.`)
    const tenants = row.terms.tenants?.map(named => registry.tenant(named).id) ?? null
    const kept = { ...row, terms: { ...row.terms, tenants } }
    store.write(() => {
      if (isNew)
        store.queues.insert(kept)
      else
        store.queues.update(kept)
      store.events.append(nowMs(), isNew ? 'queue.added' : 'queue.changed', row.id, { name: row.name, terms: kept.terms })
    })
    registry.reload()
    changes.queues()
    onChanged()
    return describe(kept)
  }

  return {
    list: (): Queue[] => registry.queues().map(describe),
    add: ({ name, terms }: CallParsed<'queues.add'>): Queue => keep({ id: newId('queue'), name, terms: { ...usualQueueTerms, ...terms } }, true),
    change({ id, name, terms }: CallParsed<'queues.change'>): Queue {
      const row = registry.queueNamed(id)
      return keep({ ...row, name: name ?? row.name, terms: { ...row.terms, ...terms } }, false)
    },
    remove(named: string): { id: string } {
      const row = registry.queueNamed(named)
      if (row.id === usualQueue)
        throw new TrancheError('conflict', `${row.name} cannot be removed: jobs that name no queue stand in it. Close it instead.`)
      const jobs = [...book.jobs()].filter(({ queueId }) => queueId === row.id)
      if (jobs.length > 0)
        throw new TrancheError('in_use', `${row.name} has ${jobs.length} jobs that have not ended. Close it, and remove it when they have.`, { details: { jobs: jobs.slice(0, 20).map(({ id }) => id) } })
      store.write(() => {
        store.queues.remove(row.id)
        store.events.append(nowMs(), 'queue.removed', row.id, { name: row.name })
      })
      registry.reload()
      changes.queues()
      return { id: row.id }
    },
  }
}
