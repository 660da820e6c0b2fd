import { z } from 'zod'

/**
 * How a slice's share of the compute is kept. `none`: it has the whole device. `turns`: its process is stopped and continued.
 * `quota`: a cgroup limits its processor time. `batch-ends`: it gets its turn between two inputs. `driver`: the GPU itself.
 */
export const computeMeans = ['none', 'turns', 'quota', 'batch-ends', 'driver'] as const

/** `watched`: the process is measured from outside, many times a second. `reported`: it tells, between two inputs. `driver`: the GPU itself. */
export const memoryMeans = ['watched', 'reported', 'driver'] as const

/** What keeps a worker within its slice. */
export const enforcement = z.object({
  compute: z.object({
    means: z.enum(computeMeans),
    /** Share of the device that it is due, 0 to 1; null where that depends on how many others compute. */
    share: z.number().nullable(),
    /** Length of a turn; null where there are none. */
    timeSliceMs: z.number().nullable(),
    /** In words, for a person. */
    detail: z.string(),
  }),
  memory: z.object({ means: z.enum(memoryMeans), limitMiB: z.number(), detail: z.string() }),
})

/** What a worker cannot reach on this host. */
export const isolation = z.object({
  /** Files other than those of its job. */
  files: z.boolean(),
  network: z.boolean(),
  /** Starting other programs. */
  programs: z.boolean(),
  /** It ends with the lab, even while it is stopped. */
  endsWithLab: z.boolean(),
  detail: z.string(),
})

export type ComputeMeans = typeof computeMeans[number]
export type Enforcement = z.infer<typeof enforcement>
export type Isolation = z.infer<typeof isolation>

/** What a mode promises a slice of its device's compute. */
export interface ComputeTerms {
  /**
   * `whole`: all of it, always. `best-effort`: turns among those that have work. `equal-share`: turns among all that run,
   * idle or not. `fixed-share`: its share and no more, whoever else is there.
   */
  readonly policy: 'whole' | 'best-effort' | 'equal-share' | 'fixed-share'
  /** Nominal share of the device, 0 to 1. */
  readonly share: number
  /** Wanted length of a turn in milliseconds; null for the default. */
  readonly timeSliceMs: number | null
  /** Whether slices of this mode compute at the same time (MIG): then a quota serves as well as turns. */
  readonly spatial: boolean
  /** Whether a real GPU's own driver keeps the promise, so that nothing is left to do here. */
  readonly byDriver: boolean
}
