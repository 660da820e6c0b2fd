import type { GpuModel } from '../slicing/gpuModel'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gpuModel } from '../slicing/gpuModel'

/** Reads every GPU model's table from `resources/gpus`, by model name. Throws if a table is not well formed. */
export function readGpuTables(resources: string): ReadonlyMap<string, GpuModel> {
  const folder = join(resources, 'gpus')
  const files = readdirSync(folder).filter(file => file.endsWith('.json')).sort()
  return new Map(files.map((file) => {
    const table = gpuModel.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    return [table.model, table]
  }))
}
