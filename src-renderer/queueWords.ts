import type { CallInput } from '@contract/calls'
import type { Availability, PriorityClass, QueueState, Rule, TenantKind } from '@contract/model'

/** How the window says the codes of queues, tenants and the schedule. */
export const classWords: Readonly<Record<PriorityClass, string>> = {
  guaranteed: 'Guaranteed',
  normal: 'Normal',
  scavenger: 'Scavenger',
}

export const classHints: Readonly<Record<PriorityClass, string>> = {
  guaranteed: 'First served; may take back what others borrowed of its tenant’s guarantee.',
  normal: 'Served by fair share, after guaranteed.',
  scavenger: 'Runs in what is idle and gives way at once.',
}

export const queueStateWords: Readonly<Record<QueueState, string>> = {
  open: 'Open',
  paused: 'Paused',
  closed: 'Closed',
}

export const queueStateHints: Readonly<Record<QueueState, string>> = {
  open: 'Takes jobs and starts them.',
  paused: 'Takes jobs and starts none.',
  closed: 'Takes no jobs and works off those it has.',
}

export const tenantKindWords: Readonly<Record<TenantKind, string>> = {
  organisation: 'Organisation',
  team: 'Team',
  person: 'Person',
}

export const availabilityWords: Readonly<Record<Availability, string>> = {
  open: 'Open',
  cordoned: 'Cordoned: nothing new starts',
  draining: 'Draining: jobs leave it',
}

export type JobSortKey = NonNullable<CallInput<'jobs.query'>['sort']>['by']
export type JobGroupKey = NonNullable<CallInput<'jobs.query'>['group']>

export const jobSortWords: Readonly<Record<JobSortKey, string>> = {
  submitted: 'Submitted',
  line: 'Place in line',
  state: 'State',
  name: 'Name',
  tenant: 'Tenant',
  queue: 'Queue',
  priority: 'Priority',
  model: 'Model',
  queued: 'Time queued',
  run: 'Time run',
  ended: 'Ended',
}

export const jobGroupWords: Readonly<Record<JobGroupKey, string>> = {
  state: 'State',
  tenant: 'Tenant',
  queue: 'Queue',
  model: 'Model',
  recipe: 'Recipe',
}

/** A rule of the scheduler, as a short name beside its words. */
export function ruleName(rule: Rule): string {
  const spelled = rule.replaceAll('-', ' ')
  return spelled.charAt(0).toUpperCase() + spelled.slice(1)
}
