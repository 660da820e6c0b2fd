import type { Device, LayoutPlan } from '../../../contract/model'
import type { Output } from '../output'
import type { PlanScale } from '../planLines'
import type { Session } from '../session'

/** How long the axes of a plan are. One for another mode or setting than the present is asked for, where a person will see it. */
export async function scaleOf(lab: Session, device: Device, { mode, settings }: LayoutPlan, output: Output): Promise<PlanScale> {
  const same = mode === device.mode && JSON.stringify(settings) === JSON.stringify(device.settings)
  const after = same || output.json ? device : await lab.call('slices.offers', { device: device.id, mode, settings, layout: [] })
  return { memoryMiB: device.memoryMiB, before: device, after: { slots: after.slots } }
}
