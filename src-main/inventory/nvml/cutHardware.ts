import type { LayoutStep, Placement } from '../../contract/model'
import type { MigProfile, MigTable } from '../../slicing/gpuModel'
import type { NvmlClient } from './client'
import type { NvmlDevice, NvmlInstance } from './reading'
import { TrancheError } from '../../contract/errors'
import { overlaps } from '../../slicing/cutRules'
import { slotsOf } from '../../slicing/modes/refuse'

/** A GPU instance as it lies on the hardware. */
export interface HardwareInstance extends Placement {
  readonly profileId: number
  readonly instanceId: number
  /** Compute slices of each compute instance, and their ids in the same order; null where the driver does not tell them. */
  readonly compute: readonly number[] | null
  readonly computeIds: readonly number[] | null
  /** What `CUDA_VISIBLE_DEVICES` takes, one a compute instance. */
  readonly migUuids: readonly string[]
}

export interface HardwareCutter {
  /** What lies on a GPU, by start. Profiles have the table's names, else the driver's, else `profile 19`. */
  readonly layout: (uuid: string, table?: MigTable) => Promise<HardwareInstance[]>
  /**
   * Carries one step of a plan out, after those before it. A step that is already done, as after a crash, does nothing. A
   * `configure` step turns MIG on where its profile is `mig`, else off. Throws `conflict` where the GPU is not as the plan
   * takes it to be, and what the driver refuses, with its words and what to do.
   */
  readonly carryOut: (uuid: string, step: LayoutStep, table: MigTable) => Promise<void>
}

/** Cuts real GPUs by MIG. */
export function createHardwareCutter(client: NvmlClient): HardwareCutter {
  let last: Promise<unknown> = Promise.resolve()

  async function read(uuid: string): Promise<NvmlDevice> {
    const reading = await client.readAlone()
    if (!reading.found)
      throw new TrancheError('not_found', reading.detail)
    const device = reading.devices.find(device => device.uuid === uuid)
    if (!device)
      throw new TrancheError('not_found', `The NVIDIA driver does not show the GPU ${uuid}. ${reading.problems.join('. ')}`.trim())
    return device
  }

  async function instancesOf(uuid: string, table?: MigTable): Promise<HardwareInstance[]> {
    const device = await read(uuid)
    if (!device.instances)
      throw new TrancheError('unsupported', `The NVIDIA driver does not tell how ${device.name ?? uuid} is cut. Run Tranche as an administrator, or update the driver.`)
    return device.instances.map(instance => describe(instance, device, table)).sort((a, b) => a.start - b.start)
  }

  async function create(uuid: string, step: LayoutStep, table: MigTable, compute = step.compute): Promise<void> {
    const profile = profileOf(table, step.profile)
    const wanted: Placement = { profile: profile.name, start: step.start, size: profile.size }
    const inTheWay = (await instancesOf(uuid, table)).filter(other => overlaps(other, wanted))
    const slices = compute ?? [profile.computeSlices]
    if (inTheWay.some(other => isSame(other, wanted) && sameCompute(other.compute, slices)))
      return
    const [only] = inTheWay
    if (inTheWay.length === 1 && isSame(only, wanted) && only.compute?.length === 0)
      // Without compute instances nobody can use it: what a process that died half way leaves behind.
      await client.destroyInstance(uuid, only)
    else if (inTheWay.length > 0)
      throw new TrancheError('conflict', `${profile.name} at slot ${step.start} needs ${slotsOf(wanted)}, and the GPU has ${inTheWay.map(other => `${other.profile} on ${slotsOf(other)}`).join(', ')} there. Someone else has cut it meanwhile: make a new plan.`)
    const made = await client.createInstance(uuid, { profileId: profile.profileId, start: step.start, size: profile.size, compute: slices })
    if (made.start === step.start && made.size === profile.size && made.profileId === profile.profileId)
      return
    await client.destroyInstance(uuid, made)
    throw new TrancheError('conflict', `The NVIDIA driver made ${profile.name} on ${slotsOf(made)} instead of ${slotsOf(wanted)}. It was destroyed again. Read the device again and make a new plan.`)
  }

  async function destroy(uuid: string, wanted: Placement, table: MigTable): Promise<void> {
    const found = (await instancesOf(uuid, table)).find(other => other.start === wanted.start)
    if (!found)
      return
    if (!isSame(found, wanted))
      throw new TrancheError('conflict', `At slot ${wanted.start} the GPU has ${found.profile}, where the plan destroys ${wanted.profile}. Someone else has cut it meanwhile: make a new plan.`)
    await client.destroyInstance(uuid, wanted)
  }

  async function move(uuid: string, step: LayoutStep, table: MigTable): Promise<void> {
    const old = { profile: step.profile, start: step.from ?? step.start, size: step.size }
    const there = (await instancesOf(uuid, table)).find(other => isSame(other, old))
    const compute = step.compute ?? (there?.compute ? [...there.compute] : undefined)
    if (step.interrupts)
      await destroy(uuid, old, table)
    await create(uuid, step, table, compute)
    if (!step.interrupts)
      await destroy(uuid, old, table)
  }

  async function configure(uuid: string, step: LayoutStep): Promise<void> {
    const wanted = step.profile === 'mig'
    const device = await read(uuid)
    if (device.mig && device.mig.enabled === wanted && device.mig.pending === wanted)
      return
    const mode = await client.setMigMode(uuid, wanted)
    if (mode.enabled !== wanted)
      throw new TrancheError('conflict', mode.detail ?? `The NVIDIA driver turns MIG ${wanted ? 'on' : 'off'} at the next reset of the GPU. Run \`nvidia-smi --gpu-reset\` for it or restart the host, then go on.`)
  }

  async function carryOut(uuid: string, step: LayoutStep, table: MigTable): Promise<void> {
    switch (step.op) {
      case 'configure':
        return configure(uuid, step)
      case 'create':
        return create(uuid, step, table)
      case 'destroy':
        return destroy(uuid, step, table)
      case 'move':
        return move(uuid, step, table)
    }
  }

  return {
    layout: instancesOf,
    carryOut(uuid, step, table) {
      const turn = last.then(() => carryOut(uuid, step, table))
      last = turn.catch(() => undefined)
      return turn
    },
  }
}

function describe(instance: NvmlInstance, device: NvmlDevice, table?: MigTable): HardwareInstance {
  const { profileId, instanceId, start, size, computeInstances, migUuids } = instance
  return {
    profile: table?.profiles.find(profile => profile.profileId === profileId)?.name ?? device.profiles?.find(({ id }) => id === profileId)?.name ?? `profile ${profileId}`,
    start,
    size,
    profileId,
    instanceId,
    compute: computeInstances && computeInstances.map(({ slices }) => slices),
    computeIds: computeInstances && computeInstances.map(({ id }) => id),
    migUuids,
  }
}

function profileOf(table: MigTable, name: string): MigProfile {
  const profile = table.profiles.find(profile => profile.name === name)
  if (!profile)
    throw new TrancheError('not_found', `This GPU has no MIG profile ${name}. It has ${table.profiles.map(({ name }) => name).join(', ')}.`)
  return profile
}

function isSame(a: Placement, b: Placement): boolean {
  return a.profile === b.profile && a.start === b.start && a.size === b.size
}

function sameCompute(there: readonly number[] | null, wanted: readonly number[]): boolean {
  return there === null || there.toSorted().join() === wanted.toSorted().join()
}
