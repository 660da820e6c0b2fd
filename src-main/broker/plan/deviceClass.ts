import type { Placement } from '../../contract/model'
import type { CutRules } from '../../slicing/cutRules'
import type { GpuTables } from '../../slicing/gpuModel'
import type { BestCut } from '../../slicing/placement/placement'
import type { CutDevice } from '../../slicing/rules'
import { openPlaces } from '../../slicing/placement/openPlaces'
import { bestCut } from '../../slicing/placement/placement'
import { rulesOf } from '../../slicing/rules'

/** One way in which a device can be cut up, and what has been worked out about it. */
export interface LayoutState {
  /** The same for the same slices in any order. */
  readonly key: string
  readonly slices: readonly Placement[]
  /** How much of the device is taken, 0 to 1: of its slots, or of its memory in `shared` mode. */
  readonly fullness: number
  /** The best place for a profile by the name of its offer. */
  readonly best: (profile: string) => BestCut | null
}

/** All devices that are cut by the same rules: what is worked out for one layout of one of them serves them all. */
export interface DeviceClass {
  readonly rules: CutRules
  readonly state: (slices: readonly Placement[]) => LayoutState
}

/** States remembered at once; those in use stay with whoever uses them. */
const maxStates = 20_000

/** A key that two devices share if and only if the same rules cut them. */
export function classKeyOf({ model, mode, memoryMiB, settings }: CutDevice): string {
  return JSON.stringify([model, mode, memoryMiB, mode === 'sriov' && settings.functions, mode === 'vgpu' && settings.vgpuMode === 'mixed'])
}

/** Throws `unsupported` for a mode that the device's model has not. */
export function createDeviceClass(device: CutDevice, gpus: GpuTables): DeviceClass {
  const rules = rulesOf(device, gpus)
  const states = new Map<string, LayoutState>()
  return {
    rules,
    state(slices) {
      const key = slices.map(({ profile, start }) => `${profile}@${start}`).sort().join(' ')
      const known = states.get(key) ?? createState(rules, key, slices)
      if (states.size >= maxStates)
        states.clear()
      states.set(key, known)
      return known
    },
  }
}

function createState(rules: CutRules, key: string, slices: readonly Placement[]): LayoutState {
  const answers = new Map<string, BestCut | null>()
  let open: readonly Placement[] | undefined
  return {
    key,
    slices,
    fullness: fullnessOf(rules, slices),
    best(profile) {
      const known = answers.get(profile)
      if (known !== undefined)
        return known
      open ??= openPlaces(rules, slices)
      const answer = bestCut(rules, slices, profile, open)
      answers.set(profile, answer)
      return answer
    },
  }
}

function fullnessOf(rules: CutRules, slices: readonly Placement[]): number {
  return rules.mode === 'shared'
    ? slices.map(({ profile }) => rules.offer(profile)?.computeShare ?? 0).sort().reduce((sum, share) => sum + share, 0)
    : slices.reduce((sum, { size }) => sum + size, 0) / rules.slots
}
