import type { SmiDevice, SmiInstance, SmiProblem, SmiProfile, SmiText } from './smiText'

/** Enough to see what is wrong; garbage could have millions. */
const mostProblems = 100

/** A GPU of `nvidia-smi -q`, which prints no index. */
export interface QueriedGpu {
  /** The index that the command asked for, or else the GPU's place in the output. */
  readonly index: number
  readonly line: number
  name: string | null
  uuid: string | null
  migEnabled: boolean | null
  memoryMiB: number | null
}

export interface Collector {
  /** A GPU with its index, as `nvidia-smi -L` prints it. */
  readonly listed: (index: number, name: string, uuid: string, line: number) => void
  readonly queried: (gpu: QueriedGpu) => void
  /** What one command tells of a profile; null where it does not. A later word replaces an earlier one. */
  readonly profile: (index: number, profile: SmiProfile) => void
  /** `table` numbers the tables of the text: of several tables the last one tells what there is. */
  readonly instance: (index: number, instance: SmiInstance, table: number) => void
  readonly migOn: (index: number) => void
  /** There are no instances on a GPU, or on `all`; `isOff` where MIG is off as well. */
  readonly noInstances: (index: number | 'all', isOff: boolean) => void
  readonly brokenOff: (index: number) => void
  readonly problem: (line: number, message: string) => void
  readonly finish: () => SmiText
}

/** Puts together what the readers find: by index, and for `nvidia-smi -q` by UUID. */
export function createCollector(): Collector {
  const devices = new Map<number, DeviceFindings>()
  const queriedGpus: QueriedGpu[] = []
  const brokenOff = new Set<number>()
  const problems: SmiProblem[] = []
  let wholeHostMig: boolean | null = null

  function at(index: number): DeviceFindings {
    const known = devices.get(index) ?? { name: null, uuid: null, migEnabled: null, memoryMiB: null, profiles: new Map(), instances: [], instancesFrom: 0 }
    devices.set(index, known)
    return known
  }

  function problem(line: number, message: string): void {
    if (problems.length < mostProblems)
      problems.push({ line, message })
  }

  function name(index: number, gpu: { readonly name: string | null, readonly uuid: string | null }, line: number): void {
    const known = at(index)
    if (isOther(known, gpu)) {
      problem(line, `GPU ${index} is ${known.uuid} above and ${gpu.uuid} here: this may be the text of two machines. The first is kept; import each machine by itself.`)
      return
    }
    known.name = gpu.name ?? known.name
    known.uuid = gpu.uuid ?? known.uuid
  }

  function settleQueried(): void {
    const indexes = new Map([...devices].flatMap(([index, { uuid }]) => uuid === null ? [] : [[uuid, index] as const]))
    for (const gpu of queriedGpus) {
      const index = (gpu.uuid === null ? undefined : indexes.get(gpu.uuid)) ?? gpu.index
      name(index, gpu, gpu.line)
      const known = at(index)
      if (isOther(known, gpu))
        continue
      known.migEnabled = gpu.migEnabled ?? known.migEnabled
      known.memoryMiB = gpu.memoryMiB ?? known.memoryMiB
    }
  }

  return {
    listed: (index, product, uuid, line) => name(index, { name: product, uuid }, line),
    queried: gpu => void queriedGpus.push(gpu),
    profile(index, profile) {
      const { profiles } = at(index)
      profiles.set(profile.id, merged(profiles.get(profile.id), profile))
    },
    instance(index, instance, table) {
      const known = at(index)
      if (known.instancesFrom !== table)
        known.instances = []
      known.instances.push(instance)
      known.instancesFrom = table
      known.migEnabled = true
    },
    migOn(index) {
      at(index).migEnabled = true
    },
    noInstances(index, isOff) {
      if (index === 'all')
        wholeHostMig = isOff ? false : wholeHostMig
      for (const known of index === 'all' ? devices.values() : [at(index)]) {
        known.instances = []
        known.migEnabled = isOff ? false : known.migEnabled
      }
    },
    brokenOff: index => void brokenOff.add(index),
    problem,
    finish() {
      settleQueried()
      return {
        devices: [...devices].sort(([a], [b]) => a - b).map(([index, known]) => toDevice(index, known, wholeHostMig)),
        problems: problems.toSorted((a, b) => a.line - b.line),
        brokenOff: [...brokenOff],
      }
    },
  }
}

function isOther(known: { readonly uuid: string | null }, gpu: { readonly uuid: string | null }): boolean {
  return known.uuid !== null && gpu.uuid !== null && known.uuid !== gpu.uuid
}

interface DeviceFindings {
  name: string | null
  uuid: string | null
  migEnabled: boolean | null
  memoryMiB: number | null
  readonly profiles: Map<number, SmiProfile>
  instances: SmiInstance[]
  instancesFrom: number
}

function toDevice(index: number, known: DeviceFindings, wholeHostMig: boolean | null): SmiDevice {
  return {
    index,
    name: known.name,
    uuid: known.uuid,
    migEnabled: known.migEnabled ?? wholeHostMig,
    memoryMiB: known.memoryMiB,
    profiles: [...known.profiles.values()],
    instances: known.instances.toSorted((a, b) => a.start - b.start || a.instanceId - b.instanceId),
  }
}

function merged(known: SmiProfile | undefined, profile: SmiProfile): SmiProfile {
  return {
    id: profile.id,
    name: profile.name ?? known?.name ?? null,
    memoryGiB: profile.memoryGiB ?? known?.memoryGiB ?? null,
    sm: profile.sm ?? known?.sm ?? null,
    maxInstances: profile.maxInstances ?? known?.maxInstances ?? null,
    starts: profile.starts ?? known?.starts ?? null,
    size: profile.size ?? known?.size ?? null,
  }
}
