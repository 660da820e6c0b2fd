import type { CallInput, CallOutput } from '@contract/calls'

export type Imported = CallOutput<'smi.import'>
export type ImportedGpu = Imported['devices'][number]
export type Addition = CallInput<'lab.add'>

/**
 * The virtual GPU that is cut as an imported one is: its MIG layout, which is empty where it has no instances, or the whole
 * card where MIG is off. Null for a GPU without a table, of which no virtual one can be made.
 */
export function additionOf({ model, migEnabled, instances }: ImportedGpu): Addition | null {
  if (model === null)
    return null
  return migEnabled === true || instances.length > 0
    ? { model, mode: 'mig', layout: instances.map(({ profile, start }) => ({ profile, start })) }
    : { model, mode: 'passthrough' }
}

/** Slots of the axis that a GPU's instances are drawn on, as far as its own driver tells. */
export function slotsTold({ profiles, instances }: Pick<ImportedGpu, 'profiles' | 'instances'>): number {
  return Math.max(1, ...instances.map(({ start, size }) => start + size), ...profiles.flatMap(({ starts, size }) => (starts ?? []).map(start => start + (size ?? 0))))
}
