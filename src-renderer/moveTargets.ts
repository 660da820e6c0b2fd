import type { MoveTarget } from '@contract/model'

/** The places of one device that a job could or could not go to. */
export interface DeviceTargets {
  readonly device: string
  readonly deviceName: string
  readonly targets: readonly MoveTarget[]
}

/** Places by device, in the lab's order: devices with one that would work apart from those without. */
export function groupTargets(targets: readonly MoveTarget[]): { readonly open: readonly DeviceTargets[], readonly closed: readonly DeviceTargets[] } {
  const devices = new Map<string, { device: string, deviceName: string, targets: MoveTarget[] }>()
  for (const target of targets) {
    const known = devices.get(target.device)
    if (known)
      known.targets.push(target)
    else
      devices.set(target.device, { device: target.device, deviceName: target.deviceName, targets: [target] })
  }
  const groups = [...devices.values()].map(group => ({ ...group, targets: group.targets.toSorted((a, b) => Number(b.ok) - Number(a.ok) || a.start - b.start) }))
  return { open: groups.filter(hasPlace), closed: groups.filter(group => !hasPlace(group)) }
}

function hasPlace({ targets }: DeviceTargets): boolean {
  return targets.some(({ ok }) => ok)
}
