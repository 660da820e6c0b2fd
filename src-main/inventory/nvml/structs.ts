import koffi from 'koffi'

/** Structures of nvml.h (NVML 12), with koffi working out their padding as a C compiler does. */

const name = koffi.array('char', 96, 'String')
const placement = koffi.struct({ start: 'uint32', size: 'uint32' })
const profileFigures = { sliceCount: 'uint32', instanceCount: 'uint32', multiprocessorCount: 'uint32', copyEngineCount: 'uint32', decoderCount: 'uint32', encoderCount: 'uint32', jpegCount: 'uint32', ofaCount: 'uint32', memorySizeMB: 'uint64' }

export const structs = {
  /** nvmlPciInfo_t */
  pciInfo: koffi.struct({ busIdLegacy: koffi.array('char', 16, 'String'), domain: 'uint32', bus: 'uint32', device: 'uint32', pciDeviceId: 'uint32', pciSubSystemId: 'uint32', busId: koffi.array('char', 32, 'String') }),
  /** nvmlMemory_t */
  memory: koffi.struct({ total: 'uint64', free: 'uint64', used: 'uint64' }),
  /** nvmlMemory_v2_t: keeps what the driver reserves apart from what is used */
  memoryV2: koffi.struct({ version: 'uint32', total: 'uint64', reserved: 'uint64', free: 'uint64', used: 'uint64' }),
  /** nvmlUtilization_t */
  utilization: koffi.struct({ gpu: 'uint32', memory: 'uint32' }),
  /** nvmlProcessInfo_v1_t */
  processV1: koffi.struct({ pid: 'uint32', usedGpuMemory: 'uint64' }),
  /** nvmlProcessInfo_v2_t */
  processV2: koffi.struct({ pid: 'uint32', usedGpuMemory: 'uint64', gpuInstanceId: 'uint32', computeInstanceId: 'uint32' }),
  /** nvmlGpuInstancePlacement_t and nvmlComputeInstancePlacement_t */
  placement,
  /** nvmlGpuInstanceProfileInfo_t */
  profileV1: koffi.struct({ id: 'uint32', isP2pSupported: 'uint32', ...profileFigures }),
  /** nvmlGpuInstanceProfileInfo_v2_t */
  profileV2: koffi.struct({ version: 'uint32', id: 'uint32', isP2pSupported: 'uint32', ...profileFigures, name }),
  /** nvmlGpuInstanceProfileInfo_v3_t */
  profileV3: koffi.struct({ version: 'uint32', id: 'uint32', ...profileFigures, name, capabilities: 'uint32' }),
  /** nvmlGpuInstanceInfo_t */
  instance: koffi.struct({ device: 'void *', id: 'uint32', profileId: 'uint32', placement }),
  /** nvmlComputeInstanceProfileInfo_t */
  computeProfile: koffi.struct({ id: 'uint32', sliceCount: 'uint32', instanceCount: 'uint32', multiprocessorCount: 'uint32', sharedCopyEngineCount: 'uint32', sharedDecoderCount: 'uint32', sharedEncoderCount: 'uint32', sharedJpegCount: 'uint32', sharedOfaCount: 'uint32' }),
  /** nvmlComputeInstanceInfo_t */
  computeInstance: koffi.struct({ device: 'void *', gpuInstance: 'void *', id: 'uint32', profileId: 'uint32', placement }),
  /** nvmlDevice_t, nvmlGpuInstance_t and nvmlComputeInstance_t: pointers that only NVML looks into */
  handle: koffi.type('void *'),
  uint: koffi.type('uint32'),
  ulong: koffi.type('uint64'),
} as const

export type StructName = keyof typeof structs

/** What each structure is once decoded: only the fields that are read. 64-bit counts beyond 2^53 come as bigint. */
export interface Decoded {
  pciInfo: { pciDeviceId: number }
  memory: { total: number | bigint, used: number | bigint }
  memoryV2: { total: number | bigint, used: number | bigint }
  utilization: { gpu: number }
  processV1: { pid: number, usedGpuMemory: number | bigint }
  processV2: { pid: number, usedGpuMemory: number | bigint, gpuInstanceId: number }
  placement: Place
  profileV1: ProfileFigures
  profileV2: ProfileFigures & { name: string }
  profileV3: ProfileFigures & { name: string }
  instance: { id: number, profileId: number, placement: Place }
  computeProfile: { id: number, sliceCount: number }
  computeInstance: { id: number, profileId: number, placement: Place }
  handle: bigint
  uint: number
  ulong: number | bigint
}

interface Place { start: number, size: number }

export interface ProfileFigures {
  id: number
  sliceCount: number
  instanceCount: number
  multiprocessorCount: number
  copyEngineCount: number
  decoderCount: number
  encoderCount: number
  jpegCount: number
  ofaCount: number
  memorySizeMB: number | bigint
}

export function sizeOf(struct: StructName): number {
  return koffi.sizeof(structs[struct])
}

/** The `index`th of the structures that lie one after the other in a buffer. */
export function decodeAt<S extends StructName>(buffer: Buffer, struct: S, index = 0): Decoded[S] {
  return koffi.decode(buffer, index * sizeOf(struct), structs[struct]) as Decoded[S]
}

/** The first field of a versioned structure: its size and its version in one word (NVML_STRUCT_VERSION of nvml.h). */
export function versionOf(struct: StructName, version: number): number {
  return sizeOf(struct) | version << 24
}
