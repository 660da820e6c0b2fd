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
  let scheduled: NodeJS.Immediate | undefined

  function tell(): void {
    scheduled = undefined
    // Without listeners nothing is read: after the lab's end there is nothing to read from.
    const changed: Changed | null = listeners.size === 0 ? null : { seq: lastSeq(), topics: [...changedTopics], jobs: [...changedJobs] }
    changedTopics.clear()
    changedJobs.clear()
    if (changed)
      listeners.forEach(listener => listener(changed))
  }

  function note(topic: Topic, job?: string): void {
    changedTopics.add(topic)
    if (job !== undefined)
      changedJobs.add(job)
    scheduled ??= setImmediate(tell)
  }

  return {
    devices: (): void => note('devices'),
    catalog: (): void => note('catalog'),
    queues: (): void => note('queues'),
    /** A job changed state or progressed; leases, and so devices, change with it. */
    job: (id: string): void => {
      note('jobs', id)
      note('devices')
    },
    on(listener: (changed: Changed) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Tells nobody anything more. */
    close: (): void => listeners.clear(),
  }
}

export type Changes = ReturnType<typeof createChanges>
