import type { Need } from '../contract/model'
import type { Engines } from '../slicing/gpuModel'
import { TrancheError } from '../contract/errors'
import { sharedRules } from '../slicing/modes/shared'

/** What is asked of a slice: a profile, or what it has to have; both null for any. */
export interface SliceRequest {
  readonly profile: string | null
  /** Id of the device it has to be on. */
  readonly device: string | null
  readonly need: Need | null
}

/** A slice as requests look at it. */
export interface Candidate {
  readonly device: string
  /** Table name of the device's model. */
  readonly model: string
  readonly label: string | null
  readonly profile: string
  readonly memoryMiB: number
  readonly computeShare: number
  readonly sm: number | null
  /** Null for a whole device, which has all of its engines. */
  readonly engines: Engines | null
  readonly isGpu: boolean
}

export interface PlanSlice extends Candidate {
  readonly id: string
  readonly deviceName: string
  readonly start: number
  /** Threads a worker on it would get. */
  readonly threads: number
  /** Who holds it, or null. */
  readonly holder: string | null
  /** Why no job can run on it, or null. */
  readonly unusable: string | null
}

/** A device in shared mode: parts of it are made when a job gets them. */
export interface PlanPool {
  readonly device: string
  readonly deviceName: string
  readonly model: string
  readonly label: string | null
  readonly isGpu: boolean
  readonly memoryMiB: number
  readonly freeMiB: number
  readonly holders: readonly string[]
  readonly unusable: string | null
}

/** Part of a shared device for a request that does not say how much it wants. */
const modestPart = 0.25

/** Whether a slice serves a request. What no source tells of a slice does not serve a need for it. */
export function serves(candidate: Candidate, { profile, device, need }: SliceRequest): boolean {
  return (profile === null || profile.toLowerCase() === candidate.profile.toLowerCase())
    && (device === null || device === candidate.device)
    && (need === null || (meets(candidate, need) && isEligible(candidate, { profile, device, need })))
}

/** A profile says how large a slice is, so a need beside it can only say where. Throws `invalid_input` for one that says more. */
export function checkRequest({ profile, need }: SliceRequest): void {
  const { memoryMiB, computeShare, sm, engines } = need ?? {}
  if (profile !== null && [memoryMiB, computeShare, sm, engines].some(size => size !== undefined))
    throw new TrancheError('invalid_input', `${profile} says already how large the slice is: beside a profile only models and a label can be named.`)
}

/** Whether a device may serve at all, whatever its slices are. Who needs something of a slice means a GPU, unless the device is named. */
export function isEligible(device: Pick<Candidate, 'device' | 'model' | 'label' | 'isGpu'>, request: SliceRequest): boolean {
  const { models, label } = request.need ?? {}
  return (request.device === null || request.device === device.device)
    && (models === undefined || models.some(model => model.toLowerCase() === device.model.toLowerCase()))
    && (label === undefined || label === device.label)
    && (request.need === null || request.device !== null || device.isGpu)
}

function meets(candidate: Candidate, need: Need): boolean {
  return candidate.memoryMiB >= (need.memoryMiB ?? 0)
    // Shares are quotients: 1/7 of a device is 1/7 whichever way it was computed.
    && candidate.computeShare >= (need.computeShare ?? 0) - 1e-9
    && (need.sm === undefined || (candidate.sm ?? 0) >= need.sm)
    && (need.engines ?? []).every(engine => candidate.engines === null || (candidate.engines[engine] ?? 0) > 0)
}

/** Memory in MiB that a request asks of a shared device; null if that device cannot serve it at all. */
export function partOf(request: SliceRequest, pool: Pick<PlanPool, 'device' | 'model' | 'label' | 'isGpu' | 'memoryMiB'>): number | null {
  if (!isEligible(pool, request) || (request.need?.sm ?? 0) > 0)
    return null
  const { offer } = sharedRules(pool)
  if (request.profile !== null)
    return offer(request.profile)?.memoryMiB ?? null
  const wanted = Math.max(request.need?.memoryMiB ?? 0, Math.ceil((request.need?.computeShare ?? 0) * pool.memoryMiB))
  return offer(wanted > 0 ? `${wanted}MiB` : String(modestPart))?.memoryMiB ?? null
}

/** The smallest that serves first: what is larger stays for those who need it. */
export function leastMemory(a: PlanSlice, b: PlanSlice): number {
  return a.memoryMiB - b.memoryMiB || a.computeShare - b.computeShare || compareIds(a.device, b.device) || a.start - b.start
}

/** The order of ids, which is the order in which they were made. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A request in words: `3g.40gb`, `8192 MiB and 2 SMs on H100-80GB`, `any slice`. */
export function wordsOf({ profile, need }: SliceRequest): string {
  if (profile !== null)
    return profile
  const wants = [
    need?.memoryMiB !== undefined && `${need.memoryMiB} MiB`,
    need?.computeShare !== undefined && `${Math.round(need.computeShare * 100)} % of the compute`,
    need?.sm !== undefined && `${need.sm} SMs`,
    ...(need?.engines ?? []),
  ].filter(want => want !== false)
  const where = [need?.models?.join(' or '), need?.label && `label ${need.label}`].filter(part => part).join(', ')
  return `${wants.length > 0 ? `a slice with ${wants.join(' and ')}` : 'any slice'}${where ? ` on ${where}` : ''}`
}
