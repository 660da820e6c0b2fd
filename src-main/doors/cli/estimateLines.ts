import type { CallOutput } from '../../contract/calls'
import type { Style } from './text'
import { count, memory, printable, table } from './text'

type Estimated = CallOutput<'models.estimate'>
type Fit = Estimated['fits'][number]

/** The memory that a model needs, for a person: by file, what is not counted, and which profiles would hold it. */
export function estimateLines({ files, totalMiB, fits }: Estimated, style: Style): string[] {
  const batch = files[0]?.estimate.batch ?? 1
  return [
    style.strong(`Needs about ${memory(totalMiB)} at batch ${batch}`),
    ...table([
      ['', 'weights', 'activations', 'in all'],
      ...files.map(({ role, estimate }) => [role, memory(estimate.weightsMiB), memory(estimate.activationsMiB), memory(estimate.totalMiB)]),
    ], (cell, row) => row === 0 ? style.faint(cell) : cell).map(line => `  ${line}`),
    ...files.flatMap(({ role, estimate: { unknownNodes, unknownOperators } }) => unknownNodes === 0
      ? []
      : [style.bad(`  ${printable(role)}: not counted, as the graph does not tell its shapes before it runs: ${count(unknownNodes, 'node')} of ${printable(unknownOperators.join(', '))}`)]),
    ...fits.length === 0
      ? ['The lab has no device to run it on. `tranche lab add MODEL` adds a virtual GPU.']
      : table(profileRows(fits), (cell, _row, column) => column === 0 ? (cell.trim() === 'fits' ? style.good(cell) : style.bad(cell)) : cell),
  ]
}

/** A row a profile and amount of memory, with the devices that offer it. */
function profileRows(fits: readonly Fit[]): string[][] {
  const profiles = new Map<string, { readonly fit: Fit, readonly devices: Set<string> }>()
  for (const fit of fits) {
    const key = JSON.stringify([fit.profile, fit.memoryMiB])
    const known = profiles.get(key)
    if (known)
      known.devices.add(fit.deviceName)
    else
      profiles.set(key, { fit, devices: new Set([fit.deviceName]) })
  }
  return [...profiles.values()].map(({ fit, devices }) => [fit.ok ? 'fits' : 'too small', fit.profile, memory(fit.memoryMiB), [...devices].join(', ')])
}
