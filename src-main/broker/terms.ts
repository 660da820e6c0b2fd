import type { ComputeMeans, ComputeTerms, DeviceKind, DeviceMode, ModeSettings } from '../contract/model'

/**
 * What a device's mode promises a slice of its compute. A real GPU keeps its promises by its own driver, so here it counts
 * as whole; so do the host's CPU, a device passed through, and the holders of a shared one, who partition memory only.
 */
export function termsOf(
  device: { readonly kind: DeviceKind, readonly mode: DeviceMode, readonly settings: ModeSettings },
  slice: { readonly computeShare: number },
): ComputeTerms {
  const whole: ComputeTerms = { policy: 'whole', share: slice.computeShare, timeSliceMs: null, spatial: false, byDriver: device.kind === 'gpu' }
  if (device.kind !== 'virtual-gpu')
    return whole
  switch (device.mode) {
    case 'mig':
      return { ...whole, policy: 'fixed-share', spatial: true }
    case 'sriov':
      return { ...whole, policy: 'fixed-share' }
    case 'vgpu':
      return { ...whole, policy: device.settings.policy ?? 'best-effort', timeSliceMs: device.settings.timeSliceMs ?? null }
    case 'passthrough':
      return whole
    case 'shared':
      return { ...whole, share: 1 }
  }
}

/**
 * Threads for a worker on a slice. One that gets turns has every core in its turn; the others have their share of the
 * cores all the time, and at least one.
 */
export function threadsFor(terms: Pick<ComputeTerms, 'share'>, means: ComputeMeans, cores: number): number {
  return means === 'turns' || means === 'batch-ends' ? cores : Math.max(1, Math.round(terms.share * cores))
}
