import type { DeviceMode, LayoutStep, Placement } from '../contract/model'
import type { DeviceRow } from '../store/devices'

/** What really cuts a device: a GPU's driver. A virtual GPU has none; its layout is what the database says. */
export interface HardwareCutter {
  /** What the driver shows now, by profile names. An empty `compute` is a GPU instance that nothing can run on yet. */
  readonly layout: (device: DeviceRow) => Promise<readonly (Placement & { readonly compute?: readonly number[] })[]>
  /** Carries out one step. Throws what the driver said and what to do about it. */
  readonly carryOut: (device: DeviceRow, step: LayoutStep) => Promise<void>
}

/** The steps that a driver has to do: MIG on or off, and GPU instances. A device handed out whole has nothing to be cut. */
export function stepsOnHardware(steps: readonly LayoutStep[], before: DeviceMode, after: DeviceMode): LayoutStep[] {
  const turn = steps.findIndex(({ op }) => op === 'configure')
  return steps.filter(({ op }, index) => op === 'configure' || (index < turn ? before : after) === 'mig')
}
