import { readFileSync } from 'node:fs'

export interface HostMemory {
  /** What programs could still get before the host swaps. */
  readonly availableMiB: number
  readonly totalMiB: number
}

/** Memory of the host; null where the system does not tell. */
export function readHostMemory(): HostMemory | null {
  try {
    return parseHostMemory(readFileSync('/proc/meminfo', 'latin1'))
  }
  catch {
    return null
  }
}

/** Reads the text of `/proc/meminfo`. */
export function parseHostMemory(text: string): HostMemory | null {
  const figure = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024
  const [availableMiB, totalMiB] = [figure('MemAvailable'), figure('MemTotal')]
  return availableMiB >= 0 && totalMiB > 0 ? { availableMiB, totalMiB } : null
}
