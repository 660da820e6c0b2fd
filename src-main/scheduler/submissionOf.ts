import type { CallOutput } from '../contract/calls'
import type { DependencyRow } from '../store/dependencies'
import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import type { Registry } from './registry'

/** What a job was submitted with; what has passed meanwhile (times, jobs it waited for that are over) is left out. */
export function submissionOf(job: JobRow, items: readonly Pick<ItemRow, 'input'>[], dependencies: readonly DependencyRow[], registry: Registry, nowMs: number): CallOutput<'jobs.submission'> {
  const inputs = items.flatMap(({ input }) => input ?? [])
  return {
    recipe: job.recipe,
    model: job.model,
    inputs,
    ...(inputs.length === 0 && !job.serving && { synthetic: Math.max(1, items.length) }),
    ...(job.profile !== null && { profile: job.profile }),
    ...(job.deviceId !== null && { device: job.deviceId }),
    ...(job.need !== null && { need: job.need }),
    ...(job.outDir !== null && { outDir: job.outDir }),
    ...(Object.keys(job.params).length > 0 && { params: { ...job.params } }),
    ...(job.backends.length > 0 && { backends: [...job.backends] }),
    ...(job.timeLimitMs !== null && { timeLimitMs: job.timeLimitMs }),
    ...(job.serving !== null && { serving: job.serving }),
    ...(job.name !== null && { name: job.name }),
    tenant: registry.pathOf(job.tenantId),
    queue: registry.queue(job.queueId)?.name ?? job.queueId,
    priority: job.priority,
    labels: { ...job.labels },
    ...(job.maxRunMs !== null && { maxRunMs: job.maxRunMs }),
    ...(job.retries !== null && { retries: job.retries }),
    ...(job.notBeforeMs !== null && job.notBeforeMs > nowMs && { notBeforeMs: job.notBeforeMs }),
    ...(job.deadlineMs !== null && job.deadlineMs > nowMs && { deadlineMs: job.deadlineMs }),
    ...(dependencies.length > 0 && { dependsOn: dependencies.map(({ onJobId, needs }) => ({ job: onJobId, on: needs })) }),
  }
}
