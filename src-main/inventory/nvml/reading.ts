import { z } from 'zod'

/**
 * What NVML tells of this host's GPUs. Null where the driver does not tell it; `problems` says why. It comes from a process
 * that runs a driver's code, so the lab validates it.
 */

const count = z.number().int().nonnegative()

export const nvmlProfile = z.object({
  /** The profile's id, which differs from the index it is listed by. */
  id: count,
  /** `1g.10gb+me`; null from a driver too old to name profiles. */
  name: z.string().nullable(),
  computeSlices: count,
  memoryMiB: count,
  sm: count,
  maxInstances: count,
  starts: z.array(count).nullable(),
  size: count.nullable(),
  engines: z.object({ copy: count, nvdec: count, nvenc: count, nvjpg: count, ofa: count }),
})

export const nvmlInstance = z.object({
  profileId: count,
  instanceId: count,
  start: count,
  size: count,
  /** `slices` and `start` are on the compute axis of the GPU instance. An old driver does not tell the start. */
  computeInstances: z.array(z.object({ id: count, slices: count, start: count.nullable() })).nullable(),
  /** Names of its MIG devices for `CUDA_VISIBLE_DEVICES`, one a compute instance. */
  migUuids: z.array(z.string()),
})

export const nvmlProcess = z.object({
  pid: count,
  memoryMiB: z.number().nonnegative().nullable(),
  /** The GPU instance that it computes on; null for the whole GPU. */
  instanceId: count.nullable(),
})

export const nvmlDevice = z.object({
  index: count,
  uuid: z.string(),
  name: z.string().nullable(),
  /** Device and vendor id in one word, as in the tables: `0x20B510DE`. */
  pciDeviceId: z.string().nullable(),
  memoryMiB: z.object({ total: z.number().nonnegative(), used: z.number().nonnegative() }).nullable(),
  /** Part of the time that a kernel was running, 0 to 1. Drivers do not tell it of a GPU in MIG mode. */
  utilisation: z.number().nullable(),
  temperatureC: z.number().nullable(),
  powerW: z.number().nullable(),
  /** Memory errors over the GPU's life that could not be corrected. */
  eccErrors: z.number().nullable(),
  processes: z.array(nvmlProcess).nullable(),
  /** `pending` is the mode after the next reset of the GPU. */
  mig: z.object({ capable: z.boolean(), enabled: z.boolean(), pending: z.boolean() }).nullable(),
  /** Null where the GPU has no MIG or its driver does not tell them. */
  profiles: z.array(nvmlProfile).nullable(),
  instances: z.array(nvmlInstance).nullable(),
  /** Only a host with the vGPU manager tells them. */
  vgpuTypes: z.array(z.object({ name: z.string(), frameBufferMiB: z.number().nonnegative(), maxInstances: count })).nullable(),
})

export const nvmlReading = z.discriminatedUnion('found', [
  z.object({ found: z.literal(false), detail: z.string() }),
  z.object({
    found: z.literal(true),
    driverVersion: z.string().nullable(),
    devices: z.array(nvmlDevice),
    /** What could not be read, a sentence each. */
    problems: z.array(z.string()),
  }),
])

export type NvmlProfile = z.infer<typeof nvmlProfile>
export type NvmlInstance = z.infer<typeof nvmlInstance>
export type NvmlProcess = z.infer<typeof nvmlProcess>
export type NvmlDevice = z.infer<typeof nvmlDevice>
export type NvmlReading = z.infer<typeof nvmlReading>
