import { z } from 'zod'

/** A line of the append-only event log. */
export const eventRow = z.object({
  seq: z.number().int(),
  atMs: z.number(),
  /** `job.queued`, `slice.leased`, `worker.exited`, ... */
  type: z.string(),
  /** The id of what it happened to. */
  subject: z.string(),
  data: z.record(z.string(), z.unknown()),
})

export const check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })

export type EventRow = z.infer<typeof eventRow>
export type Check = z.infer<typeof check>
