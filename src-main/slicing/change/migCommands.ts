import type { LayoutStep } from '../../contract/model'
import type { MigProfile, MigTable } from '../gpuModel'

/** Ids that a driver gave to what lies on a device, by the slot where it starts. Null: it does not tell those within it. */
export type KnownInstances = ReadonlyMap<number, { readonly instanceId: number, readonly computeIds: readonly number[] | null }>

/**
 * The `nvidia-smi` commands that do what the steps say, in order. An instance whose id is not known, as on a virtual GPU,
 * is called `<GI id>` below a comment that says which one it is. `configure` means the mode that it names as its profile.
 *
 * Compute instances go before their GPU instance: the driver refuses the other order (`In use by another client`).
 * Source: `nvidia-smi mig -h`; ids of compute instances follow `-cci` as `<profile id>`, of GPU instances `-cgi` as
 * `<profile id>:<start>`.
 *
 * @param gpuIndex as nvidia-smi counts, or a UUID
 */
export function migCommands(gpuIndex: number | string, steps: readonly LayoutStep[], table: MigTable, known: KnownInstances = new Map()): string[] {
  return steps.flatMap(step => commandsOf(gpuIndex, step, table, known))
}

function commandsOf(gpu: number | string, step: LayoutStep, table: MigTable, known: KnownInstances): string[] {
  switch (step.op) {
    case 'configure':
      return [`nvidia-smi -i ${gpu} -mig ${step.profile === 'mig' ? 1 : 0}`]
    case 'create':
      return create(gpu, step, table)
    case 'destroy':
      return destroy(gpu, step, step.start, known)
    case 'move': {
      const old = destroy(gpu, step, step.from ?? step.start, known)
      const made = create(gpu, step, table)
      return step.interrupts ? [...old, ...made] : [...made, ...old]
    }
  }
}

function create(gpu: number | string, step: LayoutStep, table: MigTable): string[] {
  const profile = table.profiles.find(({ name }) => name === step.profile)
  if (!profile)
    return [`# ${step.profile} is not in the table of this GPU: it has no profile id`]
  const make = `nvidia-smi mig -i ${gpu} -cgi ${profile.profileId}:${step.start}`
  const compute = step.compute ?? [profile.computeSlices]
  if (isWhole(compute, profile))
    return [`${make} -C`]
  return [
    make,
    ...(compute.length > 0 ? [`# <GI id>: the ${step.profile} at slot ${step.start} that was just made`, `nvidia-smi mig -i ${gpu} -gi <GI id> -cci ${compute.map(computeId).join(',')}`] : []),
  ]
}

function isWhole(compute: readonly number[], profile: MigProfile): boolean {
  return compute.length === 1 && compute[0] === profile.computeSlices
}

/** Ids of compute-instance profiles: 0 to 3 for one to four slices, 4 for seven (NVML_COMPUTE_INSTANCE_PROFILE_* of nvml.h). */
function computeId(slices: number): number {
  return slices === 7 ? 4 : slices - 1
}

function destroy(gpu: number | string, step: LayoutStep, start: number, known: KnownInstances): string[] {
  const instance = known.get(start)
  const id = instance?.instanceId ?? '<GI id>'
  const computeIds = instance?.computeIds
  return [
    ...(instance ? [] : [`# <GI id>: the ${step.profile} at slot ${start}, in the list of: nvidia-smi mig -i ${gpu} -lgi`]),
    // Without their ids the command takes all compute instances of the GPU instance.
    ...(computeIds?.length === 0 ? [] : [`nvidia-smi mig -i ${gpu} -gi ${id}${computeIds ? ` -ci ${computeIds.join(',')}` : ''} -dci`]),
    `nvidia-smi mig -i ${gpu} -gi ${id} -dgi`,
  ]
}
