import { z } from 'zod'

/** A GPU model's geometry as a file of resources/gpus states it, with where each figure comes from. */

export const migProfile = z.object({
  name: z.string(),
  /** NVIDIA's profile id. Ids are per GPU model: 14 is 2g.20gb here and 1g.6gb on an A30. */
  profileId: z.number().int(),
  computeSlices: z.number().int().positive(),
  /** Memory slots where an instance may begin, and how many it covers. */
  starts: z.array(z.number().int().nonnegative()).nonempty(),
  size: z.number().int().positive(),
  maxInstances: z.number().int().positive(),
  /** What a workload can use, from the driver's output and not from the name. */
  memoryMiB: z.number().int().positive(),
  sm: z.number().int().positive(),
  engines: z.object({ copy: z.number(), nvdec: z.number(), nvenc: z.number(), nvjpg: z.number(), ofa: z.number() }),
  note: z.string().optional(),
})

export const gpuModel = z.object({
  model: z.string(),
  name: z.string(),
  architecture: z.string(),
  memoryMiB: z.number().int().positive(),
  sm: z.number().int().positive(),
  mig: z.object({
    slots: z.number().int().positive(),
    computeSlices: z.number().int().positive(),
    /** Multiprocessors that instances can hold together: fewer than the whole GPU's on an A100. */
    sm: z.number().int().positive(),
    profiles: z.array(migProfile).nonempty(),
    confidence: z.string(),
    sources: z.array(z.string()).nonempty(),
  }),
})

export type MigProfile = z.infer<typeof migProfile>
export type GpuModel = z.infer<typeof gpuModel>
