import type { Store } from '../store/store'
import { toErrorShape } from '../contract/errors'
import { checkTenantTerms } from '../scheduler/terms'
import { select } from './select'

interface Subject {
  readonly store: Store
}

/** What must always hold of tenants, queues and what jobs wait for. Each answers with what breaks the rule; empty is well. */
export const queueInvariants: Readonly<Record<string, (subject: Subject) => string[]>> = {
  'every tenant lies below the lab': ({ store }) => select(store, `
    WITH RECURSIVE below (id) AS (SELECT id FROM tenant WHERE parentId IS NULL UNION SELECT tenant.id FROM tenant JOIN below ON parentId = below.id)
    SELECT name || ' (' || id || ')' AS broken FROM tenant WHERE id NOT IN (SELECT id FROM below)`),

  'what tenants are guaranteed can be kept': ({ store }) => {
    try {
      checkTenantTerms(store.tenants.all().map(tenant => ({ ...tenant, path: tenant.name })))
      return []
    }
    catch (thrown) {
      return [toErrorShape(thrown).message]
    }
  },

  'every job that has not ended has its tenant and its queue': ({ store }) => select(store, `
    SELECT id || ' belongs to ' || tenantId || ', which does not exist' AS broken FROM job WHERE endedAtMs IS NULL AND tenantId NOT IN (SELECT id FROM tenant)
    UNION ALL SELECT id || ' stands in ' || queueId || ', which does not exist' FROM job WHERE endedAtMs IS NULL AND queueId NOT IN (SELECT id FROM queue)`),

  'no job waits for itself by way of others': ({ store }) => inCircles(store.db.prepare<[], Edge>(`SELECT jobId AS job, onJobId AS "on" FROM dependency`).all()),
}

interface Edge { readonly job: string, readonly on: string }

/** Jobs that are left when those that wait for none that is left are taken away, again and again. */
function inCircles(edges: readonly Edge[]): string[] {
  const waitsFor = new Map<string, number>()
  const before = new Map<string, string[]>()
  for (const { job, on } of edges) {
    waitsFor.set(job, (waitsFor.get(job) ?? 0) + 1)
    waitsFor.set(on, waitsFor.get(on) ?? 0)
    const waiting = before.get(on) ?? []
    waiting.push(job)
    before.set(on, waiting)
  }
  const free = [...waitsFor].filter(([, count]) => count === 0).map(([job]) => job)
  for (let job = free.pop(); job !== undefined; job = free.pop()) {
    waitsFor.delete(job)
    for (const next of before.get(job) ?? []) {
      const left = (waitsFor.get(next) ?? 0) - 1
      waitsFor.set(next, left)
      if (left === 0)
        free.push(next)
    }
  }
  return [...waitsFor.keys()].map(job => `${job} waits in a circle, or for a job that does`)
}
