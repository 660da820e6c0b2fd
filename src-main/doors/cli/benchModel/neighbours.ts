import type { Job, JobSummary } from '../../../contract/model'

/** Inputs of a neighbour's job: few enough to be written down quickly; when they are through it gets another. */
const inputsEach = 2000

export interface Neighbours {
  /** Submits the first job of each. */
  readonly start: () => Promise<void>
  /** How many of them compute, by what the lab's jobs are now. */
  readonly computing: (jobs: readonly JobSummary[]) => number
  /** Gives those that are through another job. */
  readonly renew: (jobs: readonly JobSummary[]) => Promise<void>
  readonly has: (id: string) => boolean
}

/** Jobs of the same model that load the other slices while one is measured. */
export function createNeighbours(count: number, submit: (inputs: number) => Promise<Job>): Neighbours {
  const ids = new Set<string>()
  /** Those that took over from one that had computed: their slices are loaded already. */
  const successors = new Set<string>()
  return {
    async start() {
      for (let i = 0; i < count; i++)
        ids.add((await submit(inputsEach)).id)
    },
    computing: jobs => jobs.filter(({ id, counts }) => ids.has(id) && (counts.done > 0 || successors.has(id))).length,
    async renew(jobs) {
      for (const { id } of jobs.filter(job => ids.has(job.id) && job.state === 'done')) {
        const next = await submit(inputsEach)
        ids.delete(id)
        ids.add(next.id)
        successors.add(next.id)
      }
    },
    has: id => ids.has(id),
  }
}
