import type { Need } from '@contract/model'
import { memory, percent } from './format'

/** What a person filled in: null or nothing for what does not matter. */
export interface NeedInput {
  readonly memoryGiB: number | null
  readonly computePercent: number | null
  readonly models: readonly string[]
  readonly label: string
}

export const noNeed: NeedInput = { memoryGiB: null, computePercent: null, models: [], label: '' }

/** The need that a form means; only what was filled in is part of it. */
export function needOf({ memoryGiB, computePercent, models, label }: NeedInput): Need {
  return {
    ...(memoryGiB && { memoryMiB: Math.ceil(memoryGiB * 1024) }),
    ...(computePercent && { computeShare: computePercent / 100 }),
    ...(models.length > 0 && { models: [...models] }),
    ...(label && { label }),
  }
}

/** `a slice with 20 GiB and 25 % of the compute (A30-24GB or A40-48GB)` */
export function needWords({ memoryMiB, computeShare, sm, engines, models, label }: Need): string {
  const whole = [models?.join(' or '), label && `label ${label}`].filter(Boolean).join(', ')
  const parts = [
    memoryMiB && memory(memoryMiB),
    sm && `${sm} SMs`,
    engines?.join(', '),
    computeShare && `${percent(computeShare)} of the compute`,
  ].filter(Boolean)
  return `${parts.length > 0 ? `a slice with ${parts.join(' and ')}` : 'any slice'}${whole ? ` (${whole})` : ''}`
}
