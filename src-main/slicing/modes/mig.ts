import type { Placement } from '../../contract/model'
import type { CutAnswer, CutRules, Offer } from '../cutRules'
import type { Engines, GpuModel, MigProfile, MigTable } from '../gpuModel'
import { allow, offersByName, refuse, refusePlace } from './refuse'

/** What of a card's memory a profile surely gives where no source tells: on known cards the least is 0.907 of its slots' part. */
const cautiousPart = 0.9

const mediaEngines = ['nvdec', 'nvenc', 'nvjpg', 'ofa'] as const
const engineWords = { nvdec: 'video decoders', nvenc: 'video encoders', nvjpg: 'JPEG decoders', ofa: 'optical-flow engines' } as const

/**
 * MIG: GPU instances on the axis of memory slots. Instances may not overlap on that axis; their compute slices together
 * may not exceed the GPU's (7 on an 8-slot GPU); and the media engines that they hold may not exceed those of the whole
 * GPU, which is what limits `+me` to one instance: there is one optical-flow engine to give.
 * Source: NVIDIA MIG User Guide; placements as `nvidia-smi mig -lgipp` prints them.
 */
export function migRules(gpu: GpuModel, mig: MigTable): CutRules {
  const offers = mig.profiles.map(profile => offerOf(gpu, mig, profile)).sort((a, b) => b.size - a.size || b.computeSlices - a.computeSlices)
  const offer = offersByName(offers, new Map(mig.vgpuTypes.map(({ name, profile }) => [name, profile])))
  const whole = offers.find(({ size }) => size === mig.slots)?.engines ?? null
  return {
    mode: 'mig',
    slots: mig.slots,
    computeSlices: mig.computeSlices,
    offers,
    offer,
    cut(existing, profile, start) {
      const wanted = offer(profile)
      const refused = refusePlace(wanted, existing, profile, start, `${gpu.model} in MIG mode`, offers)
      if (!wanted || refused)
        return refused ?? refuse('unknown-profile', profile)
      return refuseCount(gpu, wanted, existing)
        ?? refuseCompute(mig, wanted, existing, offer)
        ?? refuseEngines(whole, wanted, existing, offer)
        ?? allow(wanted, start)
    },
  }
}

function offerOf(gpu: GpuModel, mig: MigTable, profile: MigProfile): Offer {
  return {
    name: profile.name,
    starts: profile.starts.toSorted((a, b) => a - b),
    size: profile.size,
    maxInstances: profile.maxInstances,
    computeSlices: profile.computeSlices,
    memoryMiB: profile.memoryMiB ?? Math.floor(gpu.memoryMiB * profile.size / mig.slots * cautiousPart),
    memoryIsEstimate: profile.memoryMiB === null,
    computeShare: profile.computeSlices / mig.computeSlices,
    sm: profile.sm,
    engines: profile.engines,
    profileId: profile.profileId,
    note: profile.note ?? null,
  }
}

function refuseCount(gpu: GpuModel, wanted: Offer, existing: readonly Placement[]): CutAnswer | null {
  const same = existing.filter(other => other.profile === wanted.name)
  return same.length < wanted.maxInstances ? null : refuse('too-many-instances', `${gpu.model} takes at most ${wanted.maxInstances} of ${wanted.name}.`, same)
}

function refuseCompute(mig: MigTable, wanted: Offer, existing: readonly Placement[], offer: CutRules['offer']): CutAnswer | null {
  const used = existing.reduce((sum, other) => sum + (offer(other.profile)?.computeSlices ?? 0), 0)
  return used + wanted.computeSlices <= mig.computeSlices
    ? null
    : refuse('compute-exhausted', `${wanted.name} needs ${wanted.computeSlices} compute ${wanted.computeSlices === 1 ? 'slice' : 'slices'}; ${used} of ${mig.computeSlices} are taken.`, existing)
}

/** An engine whose count no source tells binds nothing. */
function refuseEngines(whole: Engines | null, wanted: Offer, existing: readonly Placement[], offer: CutRules['offer']): CutAnswer | null {
  for (const engine of mediaEngines) {
    const total = whole?.[engine] ?? Infinity
    const needed = wanted.engines?.[engine] ?? 0
    const holders = existing.filter(other => (offer(other.profile)?.engines?.[engine] ?? 0) > 0)
    const used = holders.reduce((sum, other) => sum + (offer(other.profile)?.engines?.[engine] ?? 0), 0)
    if (needed > 0 && used + needed > total)
      return refuse('engines-exhausted', `${wanted.name} needs ${needed} of the GPU's ${total} ${engineWords[engine]}; ${used} are taken by ${holders.map(({ profile }) => profile).join(', ')}.`, holders)
  }
  return null
}
