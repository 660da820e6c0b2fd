import { z } from 'zod'

/** Who holds slices, and until when. Times are Unix milliseconds. */

export const holderKinds = ['job', 'outside'] as const

export const lease = z.object({
  id: z.string(),
  /** The job that holds the slices, or the name of a holder outside: a VM, a person, a team. */
  holder: z.string(),
  holderKind: z.enum(holderKinds),
  epoch: z.number().int().positive(),
  grantedAtMs: z.number(),
  /** When it ends by itself unless it is renewed; null for a job's, which ends with the job's turn. */
  expiresAtMs: z.number().nullable(),
  /** Reclaimed after this long without a sign of use; null for never. */
  idleAfterMs: z.number().nullable(),
  /** When its holder last gave a sign of use. */
  usedAtMs: z.number(),
})

/** A lease with everything that it holds. */
export const heldLease = lease.extend({
  slices: z.array(z.object({ slice: z.string(), device: z.string(), deviceName: z.string(), profile: z.string(), start: z.number(), size: z.number() })),
})

export type HolderKind = typeof holderKinds[number]
export type Lease = z.infer<typeof lease>
export type HeldLease = z.infer<typeof heldLease>
