import type { Collector } from './collector'
import type { LineReader } from './smiText'

/** The lines of `nvidia-smi -L`: a GPU, and under it the MIG devices that it has, which tell that MIG is on. */
export function readListing(collector: Collector): LineReader {
  let gpu: number | null = null
  return (line, number) => {
    const [, index, name, uuid] = /^ *GPU +(\d{1,4}): (.{1,200})\(UUID: +(GPU-[\w-]{1,64})\)$/.exec(line) ?? []
    if (index !== undefined) {
      gpu = Number(index)
      collector.listed(gpu, name.trim(), uuid, number)
      return true
    }
    if (gpu === null || !/^ *MIG +\S{1,40} +Device +\d{1,3}: +\(UUID: +MIG-[\w/-]{1,80}\)$/.test(line))
      return false
    collector.migOn(gpu)
    return true
  }
}
