import type { CutRules, Offer } from '../cutRules'
import { allow, offersByName, refuse, refusePlace } from './refuse'

/** Compute slices that a compute instance can have (NVML_COMPUTE_INSTANCE_PROFILE_*_SLICE of nvml.h). */
const sizes = [7, 4, 3, 2, 1]

/**
 * Compute instances within one GPU instance: they share its memory and split its compute slices, on an axis of its own.
 * `1c.3g.40gb` is one compute slice of a 3g.40gb. Where they may begin is inferred: anywhere they fit.
 * Source: NVIDIA MIG User Guide, Compute Instances.
 *
 * @param instance the offer that the GPU instance was cut by
 */
export function computeInstanceRules(instance: Offer): CutRules {
  const offers = sizes.filter(size => size <= instance.computeSlices).map(size => offerOf(instance, size))
  const offer = offersByName(offers, new Map([[instance.name, `${instance.computeSlices}c.${instance.name}`]]))
  return {
    mode: 'mig',
    slots: instance.computeSlices,
    computeSlices: instance.computeSlices,
    offers,
    offer,
    cut(existing, profile, start) {
      const wanted = offer(profile)
      const refused = refusePlace(wanted, existing, profile, start, `A ${instance.name}`, offers)
      return refused ?? (wanted ? allow(wanted, start) : refuse('unknown-profile', profile))
    },
  }
}

function offerOf(instance: Offer, size: number): Offer {
  const part = size / instance.computeSlices
  return {
    ...instance,
    name: `${size}c.${instance.name}`,
    starts: Array.from({ length: instance.computeSlices - size + 1 }, (_, start) => start),
    size,
    maxInstances: Math.floor(instance.computeSlices / size),
    computeSlices: size,
    computeShare: instance.computeShare * part,
    sm: instance.sm === null ? null : Math.floor(instance.sm * part),
    profileId: null,
    note: 'shares the memory and the engines of its GPU instance',
  }
}
