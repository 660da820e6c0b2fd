import type { Changed, topics } from '../contract/calls'

type Topic = typeof topics[number]

/**
 * Gathers what changed during one turn of the event loop and tells listeners once. Called after a change is committed,
 * so that who hears of it can read it.
 */
export function createChanges(lastSeq: () => number) {
  const listeners = new Set<(changed: Changed) => void>()
  const changedTopics = new Set<Topic>()
  const changedJobs = new Set<string>()
  let scheduled = false

  function tell(): void {
    scheduled = false
    const changed: Changed = { seq: lastSeq(), topics: [...changedTopics], jobs: [...changedJobs] }
    changedTopics.clear()
    changedJobs.clear()
    for (const listener of listeners)
      listener(changed)
  }

  function note(topic: Topic, job?: string): void {
    changedTopics.add(topic)
    if (job !== undefined)
      changedJobs.add(job)
    if (!scheduled) {
      scheduled = true
      setImmediate(tell)
    }
  }

  return {
    devices: (): void => note('devices'),
    catalog: (): void => note('catalog'),
    /** A job changed state or progressed; leases, and so devices, change with it. */
    job: (id: string): void => {
      note('jobs', id)
      note('devices')
    },
    on(listener: (changed: Changed) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export type Changes = ReturnType<typeof createChanges>
