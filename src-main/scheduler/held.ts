import type { LabCapacity } from '../broker/capacity'
import type { Holdings } from '../broker/holdings'
import type { Amount } from '../contract/model'
import type { JobRow } from '../store/jobs'

/** What jobs hold of the lab, by tenant, and the whole of what can be held. Compute in devices. */
export function heldBy(running: Iterable<JobRow>, { slices, pools }: LabCapacity, { ofHolder }: Holdings): { byTenant: Map<string, Amount>, whole: Amount } {
  const whole = { compute: 0, memoryMiB: 0 }
  const count = (compute: number, memoryMiB: number) => {
    whole.compute += compute
    whole.memoryMiB += memoryMiB
  }
  slices.filter(({ unusable }) => unusable === null).forEach(({ computeShare, memoryMiB }) => count(computeShare, memoryMiB))
  pools.filter(({ unusable }) => unusable === null).forEach(({ memoryMiB }) => count(1, memoryMiB))
  const byTenant = new Map<string, Amount>()
  for (const { id, tenantId } of running) {
    const amount = ofHolder.get(id)?.amount
    const before = byTenant.get(tenantId) ?? { compute: 0, memoryMiB: 0 }
    if (amount)
      byTenant.set(tenantId, { compute: before.compute + amount.compute, memoryMiB: before.memoryMiB + amount.memoryMiB })
  }
  return { byTenant, whole }
}
