import { availableParallelism, cpus, totalmem } from 'node:os'

export interface HostCpu {
  readonly model: string
  /** Cores this process may use, which a container may hold below the machine's own. */
  readonly cores: number
  readonly memoryMiB: number
}

export function readHostCpu(): HostCpu {
  return {
    model: cpus()[0]?.model.replace(/\((R|TM)\)/g, '').replace(/\s+/g, ' ').trim() || 'CPU',
    cores: availableParallelism(),
    memoryMiB: Math.floor(totalmem() / 1024 ** 2),
  }
}
