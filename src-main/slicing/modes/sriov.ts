import type { CutRules, Offer } from '../cutRules'
import { allow, offersByName, refusePlace } from './refuse'

/**
 * SR-IOV: the device shows a number of virtual functions, all alike, and each is passed through to one holder. The number
 * is set for the device as a whole, and only while none is held.
 * `functions` is at least 1; they share the device's memory and compute evenly.
 */
export function sriovRules(device: { readonly memoryMiB: number, readonly sm: number | null }, functions: number): CutRules {
  const virtualFunction: Offer = {
    name: 'vf',
    starts: Array.from({ length: functions }, (_, index) => index),
    size: 1,
    maxInstances: functions,
    computeSlices: 0,
    memoryMiB: Math.floor(device.memoryMiB / functions),
    memoryIsEstimate: false,
    computeShare: 1 / functions,
    sm: null,
    engines: null,
    profileId: null,
    note: null,
  }
  const offer = offersByName([virtualFunction])
  return {
    mode: 'sriov',
    slots: functions,
    computeSlices: null,
    offers: [virtualFunction],
    offer,
    cut: (existing, profile, start) => refusePlace(offer(profile), existing, profile, start, 'A device in SR-IOV mode', [virtualFunction]) ?? allow(virtualFunction, start),
  }
}
