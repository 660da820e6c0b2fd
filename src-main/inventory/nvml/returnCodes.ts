/** Return codes of NVML that change what is done next; the rest are only told. Source: nvmlReturn_t in nvml.h. */
export const nvmlCodes = {
  success: 0,
  invalidArgument: 2,
  notSupported: 3,
  noPermission: 4,
  notFound: 6,
  insufficientSize: 7,
  driverNotLoaded: 9,
  functionNotFound: 13,
  gpuIsLost: 15,
  resetRequired: 16,
  inUse: 19,
  insufficientResources: 23,
  versionMismatch: 25,
} as const
