import type { LayoutPlan } from '@contract/model'
import { slotsOf } from './axis'

export type Step = LayoutPlan['steps'][number]

/** One step of a change to a layout in the mode `modeName`; whoever holds the slice is named apart from it. */
export function stepWords({ op, profile, start, size, from, compute }: Step, modeName: string): string {
  const place = slotsOf({ start, size })
  const instances = compute && compute.length > 0 ? `, with compute instances of ${compute.join(' + ')}` : ''
  switch (op) {
    case 'create': return `Create ${profile} in ${place}${instances}`
    case 'destroy': return `Destroy ${profile} in ${place}`
    case 'move': return `Move ${profile} from slot ${from ?? '?'} to ${place}${instances}`
    case 'configure': return `Put the device in ${modeName}`
  }
}

/** Whether only jobs stand against a plan: they can be moved out of its way, holders outside cannot. */
export function isBlockedByJobsOnly({ blocked, holders }: Pick<LayoutPlan, 'blocked' | 'holders'>): boolean {
  return blocked !== null && holders.length > 0 && holders.every(holder => holder.startsWith('job_'))
}

/** What a step means for whoever holds its slice; null where it means nothing. */
export function effectWords({ op, holder, interrupts }: Step): string | null {
  if (holder === null)
    return null
  if (op === 'move')
    return interrupts ? 'stands still while it moves' : 'goes on while it moves'
  return op === 'destroy' ? holder.startsWith('job_') ? 'has to leave it' : 'loses its slice' : null
}
