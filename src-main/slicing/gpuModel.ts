import { z } from 'zod'

/** A GPU model's geometry as a file of resources/gpus states it, with where each figure comes from and how sure it is. */

const provenance = { confidence: z.string(), sources: z.array(z.string()).nonempty() }

/** Media engines of an instance; null where no public source tells. */
export const engines = z.object({
  copy: z.number().int().nullable(),
  nvdec: z.number().int().nullable(),
  nvenc: z.number().int().nullable(),
  nvjpg: z.number().int().nullable(),
  ofa: z.number().int().nullable(),
})

export const migProfile = z.object({
  name: z.string(),
  /** NVIDIA's profile id. Ids are per GPU model: 14 is 2g.20gb on an A100 80GB and 1g.6gb on an A30. */
  profileId: z.number().int(),
  computeSlices: z.number().int().positive(),
  /** Memory slots where an instance may begin, and how many it covers. */
  starts: z.array(z.number().int().nonnegative()).nonempty(),
  size: z.number().int().positive(),
  maxInstances: z.number().int().positive(),
  /** What a workload can use, from the driver's output and not from the name; null where no source tells. */
  memoryMiB: z.number().int().positive().nullable(),
  sm: z.number().int().positive().nullable(),
  engines,
  note: z.string().optional(),
})

export const migTable = z.object({
  slots: z.number().int().positive(),
  computeSlices: z.number().int().positive(),
  /** Multiprocessors that instances can hold together: fewer than the whole GPU's on an A100. */
  sm: z.number().int().positive().nullable(),
  profiles: z.array(migProfile).nonempty(),
  /** MIG-backed vGPU types: each is exactly one GPU-instance profile. */
  vgpuTypes: z.array(z.object({ name: z.string(), frameBufferMiB: z.number().int().positive(), profile: z.string() })),
  /** What drivers are known to print differently. */
  driverVariance: z.string().optional(),
  ...provenance,
})

export const vgpuType = z.object({
  /** As nvidia-smi prints it for the first board of the model: `A100D-20C`. */
  name: z.string(),
  series: z.enum(['A', 'B', 'C', 'Q']),
  frameBufferMiB: z.number().int().positive(),
  /** The vendor's count of this type per GPU in equal-size mode, which may oversubscribe the card: see `vgpuRules`. */
  maxEqual: z.number().int().positive(),
  /** The same in mixed-size mode; null where the GPU has none. */
  maxMixed: z.number().int().positive().nullable(),
  note: z.string().optional(),
})

export const vgpuTable = z.object({
  frameBufferMiB: z.number().int().positive(),
  mixedSize: z.boolean(),
  /** Boards of the model, each with the prefix of its type names: PCIe `A100D`, HGX `A100DX`. */
  boards: z.array(z.object({ board: z.string(), prefix: z.string() })).nonempty(),
  types: z.array(vgpuType).nonempty(),
  ...provenance,
})

export const gpuModel = z.object({
  model: z.string(),
  /** Other names by which a person may mean it. */
  aliases: z.array(z.string()),
  name: z.string(),
  architecture: z.string(),
  memoryMiB: z.number().int().positive(),
  sm: z.number().int().positive().nullable(),
  /** Device and vendor id in one word, as NVML prints it: `0x20B510DE`. */
  pciDeviceIds: z.array(z.string()),
  vgpu: vgpuTable.optional(),
  mig: migTable.optional(),
  sriov: z.object({ maxFunctions: z.number().int().positive(), ...provenance }).optional(),
})

export type Engines = z.infer<typeof engines>
export type MigProfile = z.infer<typeof migProfile>
export type MigTable = z.infer<typeof migTable>
export type VgpuType = z.infer<typeof vgpuType>
export type VgpuTable = z.infer<typeof vgpuTable>
export type GpuModel = z.infer<typeof gpuModel>

/** Every table by its model's name. */
export type GpuTables = ReadonlyMap<string, GpuModel>

/** The table that a name or alias means, in any case; undefined if there is none. */
export function findModel(gpus: GpuTables, name: string): GpuModel | undefined {
  const wanted = name.trim().toLowerCase()
  return [...gpus.values()].find(({ model, aliases }) => [model, ...aliases].some(known => known.toLowerCase() === wanted))
}
