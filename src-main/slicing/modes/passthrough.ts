import type { CutRules, Offer } from '../cutRules'
import { allow, offersByName, refuse, refusePlace } from './refuse'

/** Passthrough: the whole device for one holder, as DirectPath I/O hands it out. */
export function passthroughRules(device: { readonly memoryMiB: number, readonly sm: number | null }): CutRules {
  const whole: Offer = {
    name: 'passthrough',
    starts: [0],
    size: 1,
    maxInstances: 1,
    computeSlices: 0,
    memoryMiB: device.memoryMiB,
    memoryIsEstimate: false,
    computeShare: 1,
    sm: device.sm,
    engines: null,
    profileId: null,
    note: null,
  }
  const offer = offersByName([whole])
  return {
    mode: 'passthrough',
    slots: 1,
    computeSlices: null,
    offers: [whole],
    offer,
    cut(existing, profile, start) {
      if (offer(profile) && existing.length > 0)
        return refuse('overlap', 'The device is handed out whole already.', existing)
      return refusePlace(offer(profile), existing, profile, start, 'A device in passthrough', [whole]) ?? allow(whole, start)
    },
  }
}
