import type { LabCapacity } from '../broker/capacity'
import type { Amount } from '../contract/model'
import type { JobRow } from '../store/jobs'

/** What jobs hold of the lab, by tenant, and the whole of what can be held. Compute in devices. */
export function heldBy(running: Iterable<JobRow>, { slices, pools }: LabCapacity, parts: ReadonlyMap<string, Amount>): { byTenant: Map<string, Amount>, whole: Amount } {
  const ofHolder = new Map<string, Amount>(parts)
  const whole = { compute: 0, memoryMiB: 0 }
  for (const { holder, computeShare, memoryMiB, unusable } of slices) {
    if (unusable !== null)
      continue
    add(whole, { compute: computeShare, memoryMiB })
    if (holder !== null)
      ofHolder.set(holder, sum(ofHolder.get(holder), { compute: computeShare, memoryMiB }))
  }
  for (const { memoryMiB, unusable } of pools) {
    if (unusable === null)
      add(whole, { compute: 1, memoryMiB })
  }
  const byTenant = new Map<string, Amount>()
  for (const { id, tenantId } of running) {
    const amount = ofHolder.get(id)
    if (amount)
      byTenant.set(tenantId, sum(byTenant.get(tenantId), amount))
  }
  return { byTenant, whole }
}

function sum(a: Amount | undefined, b: Amount): Amount {
  return { compute: (a?.compute ?? 0) + b.compute, memoryMiB: (a?.memoryMiB ?? 0) + b.memoryMiB }
}

function add(to: { compute: number, memoryMiB: number }, amount: Amount): void {
  to.compute += amount.compute
  to.memoryMiB += amount.memoryMiB
}
