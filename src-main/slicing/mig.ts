import type { Placement } from '../contract/model'
import type { CutAnswer, CutRules, Refusal } from './cutRules'
import type { GpuModel, MigProfile } from './gpuModel'
import { overlaps } from './cutRules'

/**
 * MIG: GPU instances on the axis of memory slots. Two rules bind at once: instances may not overlap on that axis, and
 * their compute slices together may not exceed the GPU's (7 on an 8-slot GPU).
 * Source: NVIDIA MIG User Guide; placements as `nvidia-smi mig -lgipp` prints them.
 */
export function migRules(gpu: GpuModel): CutRules {
  const byName = new Map(gpu.mig.profiles.map(profile => [profile.name, profile]))
  return {
    mode: 'mig',
    slots: gpu.mig.slots,
    computeSlices: gpu.mig.computeSlices,
    profiles: gpu.mig.profiles.map(({ name }) => name),
    cut(existing, name, start) {
      const profile = byName.get(name)
      if (!profile)
        return refuse('unknown-profile', `${gpu.model} has no MIG profile ${name}. It has ${[...byName.keys()].join(', ')}.`)
      return cutProfile(gpu, byName, profile, existing, start)
    },
  }
}

function cutProfile(gpu: GpuModel, byName: ReadonlyMap<string, MigProfile>, profile: MigProfile, existing: readonly Placement[], start: number): CutAnswer {
  const wanted: Placement = { profile: profile.name, start, size: profile.size }
  if (!profile.starts.includes(start))
    return refuse('illegal-start', `${profile.name} can start at slot ${listOf(profile.starts)}, not at ${start}.`)
  const inTheWay = existing.filter(other => overlaps(other, wanted))
  if (inTheWay.length > 0)
    return refuse('overlap', `${profile.name} at slot ${start} needs slots ${slotsOf(wanted)}; ${inTheWay.map(other => `${other.profile} holds ${slotsOf(other)}`).join(', ')}.`, inTheWay)
  const same = existing.filter(other => other.profile === profile.name)
  if (same.length >= profile.maxInstances)
    return refuse('too-many-instances', `${gpu.model} takes at most ${profile.maxInstances} of ${profile.name}.`, same)
  const used = existing.reduce((sum, other) => sum + (byName.get(other.profile)?.computeSlices ?? 0), 0)
  if (used + profile.computeSlices > gpu.mig.computeSlices)
    return refuse('compute-exhausted', `${profile.name} needs ${profile.computeSlices} compute slices; ${used} of ${gpu.mig.computeSlices} are taken.`, existing)
  return { ok: true, cut: { ...wanted, memoryMiB: profile.memoryMiB, computeShare: profile.computeSlices / gpu.mig.computeSlices, sm: profile.sm } }
}

function refuse(rule: Refusal['rule'], message: string, blockedBy: readonly Placement[] = []): CutAnswer {
  return { ok: false, refusal: { rule, message, blockedBy } }
}

function slotsOf({ start, size }: Placement): string {
  return size === 1 ? `${start}` : `${start}-${start + size - 1}`
}

/** `0`, `0 or 4`, `0, 2 or 4` */
function listOf(starts: readonly number[]): string {
  return starts.length === 1 ? `${starts[0]}` : `${starts.slice(0, -1).join(', ')} or ${starts.at(-1)}`
}
