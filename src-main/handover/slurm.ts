import type { GpuTables } from '../slicing/gpuModel'
import type { HandOver, HandOverDevice } from './handOverDevice'
import { equalParts } from './equalParts'
import { gpuName, indexNote } from './handOverDevice'
import { countOf, migDeviceNames, migProfileOf, migTableOf } from './migTypes'
import { refuse } from './refuse'

const target = 'Slurm'
const node = 'gpu-node'

/** What a device adds to the two files. */
interface Part {
  readonly gres: readonly string[]
  readonly types: readonly string[]
  readonly shards: number
}

/**
 * Lines for gres.conf and slurm.conf: MIG devices as GPUs of a type, equal parts as shards, whole devices as GPUs.
 * Source: Slurm, Generic Resource (GRES) Scheduling: AutoDetect, MIG Management, Sharding.
 */
export function slurm(devices: readonly HandOverDevice[], gpus: GpuTables): HandOver {
  const parts = devices.map(device => ({ device, part: partOf(device, gpus) }))
  const types = countOf(parts.flatMap(({ part }) => part.types))
  const shards = parts.reduce((sum, { part }) => sum + part.shards, 0)
  const gres = [...[...types].map(([type, count]) => `gpu:${type === '' ? '' : `${type}:`}${count}`), ...(shards > 0 ? [`shard:${shards}`] : [])]
  return {
    files: [
      { name: 'gres.conf', text: `${['AutoDetect=nvml', ...parts.flatMap(({ device, part }) => [`# ${gpuName(device)}, ${device.model}`, ...part.gres])].join('\n')}\n` },
      { name: 'slurm.conf', text: `${[`GresTypes=gpu${shards > 0 ? ',shard' : ''}`, ...(shards > 0 ? ['SelectType=select/cons_tres'] : []), `NodeName=${node}${gres.length > 0 ? ` Gres=${gres.join(',')}` : ''}`].join('\n')}\n` },
    ],
    notes: [
      indexNote,
      `slurm.conf has only the lines that concern GPUs: put them with your own, and write your node's name for ${node}.`,
      ...(devices.some(({ mode }) => mode === 'mig') ? ['Slurm makes no MIG layout: make it before slurmd starts. It finds the MIG devices by NVML and names their type after product and profile (nvidia_a100-sxm4-80gb_3g.40gb); a Type in these files is a part of that name.'] : []),
      ...(types.has('') && types.size > 1 ? ['Some GPUs of the node have a Type and some have none: a job that asks for a GPU without a type may get either.'] : []),
      ...likeNotes(types),
      ...(shards > 0 ? ['Shards are counted and not fenced: a job can use the memory and the compute of the others on its GPU.'] : []),
    ],
  }
}

function partOf(device: HandOverDevice, gpus: GpuTables): Part {
  const file = `File=/dev/nvidia${device.index}`
  switch (device.mode) {
    case 'passthrough':
      return { gres: [`Name=gpu ${file}`], types: [''], shards: 0 }
    case 'mig': {
      const mig = migTableOf(target, device, gpus)
      const counts = countOf(device.slices.flatMap(slice => migDeviceNames(slice, migProfileOf(target, device, slice, mig))))
      return { gres: [...counts].map(([type, count]) => `Name=gpu Type=${type} Count=${count}`), types: [...counts].flatMap(([type, count]) => Array.from({ length: count }, () => type)), shards: 0 }
    }
    case 'shared':
    case 'vgpu': {
      const count = equalParts(target, device)
      return { gres: [`Name=gpu ${file}`, ...(count > 0 ? [`Name=shard Count=${count} ${file}`] : [])], types: [''], shards: count }
    }
    case 'sriov':
      return refuse(target, device, 'it shows virtual functions, which belong to virtual machines and not to jobs', 'Put it in mode shared, or leave it out of the export.')
  }
}

/** A type that is the beginning of another is a part of the other's name too, and would count for both. */
function likeNotes(types: ReadonlyMap<string, number>): string[] {
  const names = [...types.keys()].filter(name => name !== '')
  return names.flatMap(name => names.filter(other => other !== name && other.includes(name)).map(other => `Type ${name} is a part of type ${other}: Slurm may count a device of one as the other. Check with slurmd -G.`))
}
