import type { CutRules } from './cutRules'

/** Passthrough: the whole device for one holder, as DirectPath I/O hands it out. */
export function passthroughRules(device: { readonly memoryMiB: number, readonly sm: number | null }): CutRules {
  return {
    mode: 'passthrough',
    slots: 1,
    computeSlices: null,
    profiles: ['passthrough'],
    cut(existing, profile, start) {
      if (profile !== 'passthrough')
        return { ok: false, refusal: { rule: 'unknown-profile', message: `A device in passthrough is handed out whole; it has no profile ${profile}.`, blockedBy: [] } }
      if (start !== 0)
        return { ok: false, refusal: { rule: 'illegal-start', message: 'A device in passthrough is handed out whole, from slot 0.', blockedBy: [] } }
      if (existing.length > 0)
        return { ok: false, refusal: { rule: 'overlap', message: 'The device is handed out whole already.', blockedBy: existing } }
      return { ok: true, cut: { profile, start: 0, size: 1, memoryMiB: device.memoryMiB, computeShare: 1, sm: device.sm } }
    },
  }
}
