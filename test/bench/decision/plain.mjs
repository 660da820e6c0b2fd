/**
 * The plain way, to compare with: every job that waits is looked at, sorted by class, by what its tenant uses for its
 * weight, and by its place; then each takes the first free slice that serves it. No quotas, no slices kept, nobody moved.
 */
export function plainPlan({ serves, lineKey }, { jobs, slices, tenants, queues }, agingMs) {
  const classes = new Map(queues.map(({ id }, place) => [id, place]))
  const weights = new Map(tenants.map(({ id, terms }) => [id, terms.weight]))
  const used = new Map()
  const waiting = []
  const byId = new Map(slices.map(slice => [slice.id, slice]))
  const holders = new Map([...byId.values()].map(slice => [slice.holder, slice]))
  for (const job of jobs()) {
    if (job.state === 'queued')
      waiting.push({ job, key: lineKey(job.place, job.priority, 0, agingMs), priorityClass: classes.get(job.queueId) })
    else if (job.state === 'running')
      used.set(job.tenantId, (used.get(job.tenantId) ?? 0) + holders.get(job.id).computeShare / weights.get(job.tenantId))
  }
  waiting.sort((a, b) => a.priorityClass - b.priorityClass || (used.get(a.job.tenantId) ?? 0) - (used.get(b.job.tenantId) ?? 0) || a.key - b.key)
  const free = slices.filter(({ holder }) => holder === null)
  const starts = []
  for (const { job } of waiting) {
    if (free.length === 0)
      break
    const at = free.findIndex(slice => slice.memoryMiB >= (job.leastMiB ?? 0) && serves(slice, { profile: job.profile, device: job.deviceId, need: job.need }))
    if (at !== -1)
      starts.push({ job: job.id, slice: free.splice(at, 1)[0].id })
  }
  return starts
}
