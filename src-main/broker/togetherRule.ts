import { TrancheError } from '../contract/errors'

/** vGPUs that one VM can have. Source: vSphere 7 and 8, NVIDIA vGPU guide, several vGPUs in a VM. */
export const mostVgpus = 4

export interface HeldVgpu {
  readonly model: string
  /** `A100D-20C` */
  readonly profile: string
}

/**
 * Several vGPUs of one holder are of one board type and series, and at most four: so vSphere attaches them and vMotion
 * moves them. Throws `conflict` saying which rule is broken.
 */
export function checkTogether(holder: string, vgpus: readonly HeldVgpu[]): void {
  if (vgpus.length > mostVgpus)
    throw new TrancheError('conflict', `${holder} would have ${vgpus.length} vGPUs; one holder has at most ${mostVgpus}. Ask for fewer, or for a larger profile.`, { details: { rule: 'too-many-vgpus' } })
  const [first] = vgpus
  const other = vgpus.find(vgpu => vgpu.model !== first.model || seriesOf(vgpu) !== seriesOf(first))
  if (other)
    throw new TrancheError('conflict', `${holder} would have ${first.profile} on ${first.model} and ${other.profile} on ${other.model}; all vGPUs of one holder are of one board type and series. Ask for ${first.model} too, or use another holder.`, { details: { rule: 'one-board-and-series' } })
}

/** The letter at the end of a type's name: A, B, C or Q. */
function seriesOf({ profile }: HeldVgpu): string {
  return profile.slice(-1)
}
