import type { LabSlice } from '../broker/capacity'
import type { SliceRequest } from '../broker/planRequest'
import type { BackendId, MoveTarget } from '../contract/model'
import type { JobRow } from '../store/jobs'
import { leastMemory, serves } from '../broker/planRequest'
import { backendsOn } from './startWorker'

export interface MoveWish extends SliceRequest {
  /** A certain slice, by its id. */
  readonly slice: string | null
  /** Relative difference of results that is accepted from another backend; null for none. */
  readonly tolerance: number | null
}

/** Every slice beside the one that a job is on, with what stands against moving it there. Pure. */
export function moveTargets(job: JobRow, slices: readonly LabSlice[], tolerance: number | null): MoveTarget[] {
  const from = slices.find(({ id }) => id === job.lastSlice?.id)
  return slices.filter(({ id }) => id !== from?.id).map((slice) => {
    const reasons = reasonsAgainst(job, from, slice, tolerance)
    return { slice: slice.id, device: slice.device, deviceName: slice.deviceName, profile: slice.profile, start: slice.start, memoryMiB: slice.memoryMiB, ok: reasons.length === 0, reasons }
  })
}

/** The slice for a wish, of those that nothing stands against: what the submitter asked for if there is one, else the smallest; undefined if there is none. */
export function chooseTarget(job: JobRow, slices: readonly LabSlice[], wish: MoveWish): LabSlice | undefined {
  const able = new Set(moveTargets(job, slices, wish.tolerance).filter(({ ok }) => ok).map(({ slice }) => slice))
  const asked = (slice: LabSlice) => [job.deviceId, null].filter(device => serves(slice, { profile: job.profile, device, need: job.need })).length
  return slices
    .filter(slice => able.has(slice.id) && meets(slice, wish))
    .sort((a, b) => asked(b) - asked(a) || leastMemory(a, b))[0]
}

/** Why none of the slices that a wish means will do, in words. */
export function whyNoTarget(job: JobRow, slices: readonly LabSlice[], wish: MoveWish): string {
  const meant = moveTargets(job, slices, wish.tolerance).filter(({ slice }) => slices.some(each => each.id === slice && meets(each, wish)))
  if (meant.length === 0)
    return 'no other slice is what was asked for'
  const [first] = meant
  return `${first.profile} on ${first.deviceName}: ${first.reasons.join(', ')}${meant.length > 1 ? `; and ${meant.length - 1} more` : ''}`
}

function meets(slice: LabSlice, wish: MoveWish): boolean {
  return (wish.slice === null || wish.slice === slice.id) && serves(slice, wish)
}

function reasonsAgainst(job: JobRow, from: LabSlice | undefined, to: LabSlice, tolerance: number | null): string[] {
  const reasons: string[] = []
  if (to.holder !== null)
    reasons.push(`held by ${to.holder}`)
  if (to.unusable !== null)
    reasons.push(to.unusable)
  if (job.leastMiB !== null && to.memoryMiB < job.leastMiB)
    reasons.push(`the model needs about ${Math.ceil(job.leastMiB)} MiB, and it has ${Math.floor(to.memoryMiB)}`)
  const now = from && mainBackend(job, from)
  const then = mainBackend(job, to)
  if (now !== undefined && now !== then && tolerance === null)
    reasons.push(`it computes with ${then} instead of ${now}, so results may differ a little: name the tolerance that you accept`)
  return reasons
}

/** What really ran most of the model, where that is known: an order of backends says only what was asked for. */
function mainBackend(job: JobRow, slice: LabSlice): BackendId {
  return backendsOn(job, slice)[0]
}
