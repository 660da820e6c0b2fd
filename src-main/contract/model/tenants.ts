import { z } from 'zod'

/** Who asks: a tree of organisations, teams and persons, what each is due and what each may take. */

export const tenantKinds = ['organisation', 'team', 'person'] as const

/** So much of the lab. Compute is counted in whole devices: three slices of a seventh are 3/7. */
export const amount = z.object({ compute: z.number().nonnegative(), memoryMiB: z.number().nonnegative() })

/** Bounds of an amount; what is absent is not bounded. */
export const limit = z.object({ compute: z.number().nonnegative().optional(), memoryMiB: z.number().nonnegative().optional() }).strict()

export const tenantName = z.string().regex(/^[\w.@-]{1,40}$/, 'a tenant\'s name has letters, digits and . _ @ - only, and at most 40 of them')

/** What an admin sets for a tenant. It holds for all below it together. */
export const tenantTerms = z.object({
  /** Its part of what its parent gets, against the weights of those beside it. */
  weight: z.number().positive().max(1_000_000),
  /** What it gets before anybody borrows; nothing where absent. */
  guaranteed: limit,
  /** How much beyond its guarantee it may use while it lies idle. */
  borrowing: limit,
  /** How much of its guarantee others may use while it lies idle. */
  lending: limit,
  /** What it never goes beyond. */
  cap: limit.extend({
    /** Jobs that run at the same time. */
    running: z.number().int().nonnegative().optional(),
    /** Jobs that wait or run. A submission beyond it is refused. */
    jobs: z.number().int().nonnegative().optional(),
  }),
})

export const tenant = z.object({
  id: z.string(),
  /** Null for the root, which there is one of. */
  parent: z.string().nullable(),
  name: tenantName,
  /** Names from below the root down: `physics/ann`. The root's is its name. */
  path: z.string(),
  kind: z.enum(tenantKinds),
  terms: tenantTerms,
  use: z.object({
    /** What its jobs hold now, with all below it. */
    now: amount,
    /** Its dominant share of the lab now: the larger of its parts of compute and memory, 0 to 1. */
    share: z.number(),
    /** The same over the past, fading with the half-life: what fairness compares. */
    faded: z.number(),
    /** What it is due of the lab, by the weights of all who ask for something or use something; 0 to 1. */
    due: z.number(),
    running: z.number().int(),
    queued: z.number().int(),
  }),
})

/** Use of the lab by tenants over one stretch of time. */
export const useHistory = z.object({
  fromMs: z.number(),
  /** Length of a bucket, in ms. */
  stepMs: z.number(),
  tenants: z.array(z.object({ tenant: z.string(), path: z.string(), /** Mean dominant share in each bucket. */ shares: z.array(z.number()) })),
})

export type TenantKind = typeof tenantKinds[number]
export type Amount = z.infer<typeof amount>
export type Limit = z.infer<typeof limit>
export type TenantTerms = z.infer<typeof tenantTerms>
export type Tenant = z.infer<typeof tenant>
export type UseHistory = z.infer<typeof useHistory>
