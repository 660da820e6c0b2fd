import type { GpuHealth } from '@contract/model'
import { memory, percent, plural } from './format'

/** One figure of a GPU's health. */
export interface HealthFigure {
  readonly name: string
  readonly words: string
  readonly isBad?: boolean
}

/** The figures that a driver tells, in the order in which they are shown. */
export function healthFigures({ temperatureC, powerW, memoryUsedMiB, utilisation, eccErrors }: GpuHealth, memoryMiB: number): HealthFigure[] {
  return [
    temperatureC === null ? null : { name: 'Temperature', words: `${Math.round(temperatureC)} °C` },
    powerW === null ? null : { name: 'Power', words: `${Math.round(powerW)} W` },
    memoryUsedMiB === null ? null : { name: 'Memory used', words: `${memory(memoryUsedMiB)} of ${memory(memoryMiB)} used` },
    utilisation === null ? null : { name: 'Utilisation', words: `${percent(utilisation)} busy` },
    eccErrors === null ? null : { name: 'ECC errors', words: eccErrors === 0 ? 'no ECC errors' : plural(eccErrors, 'ECC error'), isBad: eccErrors > 0 },
  ].filter(figure => figure !== null)
}

/** `process 4711, 812 MiB` for each. */
export function processWords(processes: GpuHealth['processes']): string[] {
  return processes.map(({ pid, memoryMiB }) => memoryMiB === null ? `process ${pid}` : `process ${pid}, ${memory(memoryMiB)}`)
}
