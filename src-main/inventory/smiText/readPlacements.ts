import type { Collector } from './collector'
import type { LineReader } from './smiText'

/** A line of `nvidia-smi mig -lgipp`: `GPU  0 Profile ID 14 Placements: {0,2,4}:2`, and `Placement :` where there is one. */
export function readPlacements(collector: Collector): LineReader {
  return (line, number) => {
    const [, gpu, id, rest] = /^ *GPU +(\d{1,4}) +Profile ID +(\d{1,5}) +Placements? *:(.*)$/.exec(line) ?? []
    if (gpu === undefined)
      return false
    const [, starts, size] = /^ *\{(\d{1,3}(?: *, *\d{1,3})*)\} *: *(\d{1,3})$/.exec(rest.trimEnd()) ?? []
    if (starts === undefined || Number(size) === 0) {
      collector.problem(number, `The placements of profile id ${id} on GPU ${gpu} are not whole. They were left out.`)
      collector.brokenOff(Number(gpu))
      return true
    }
    collector.profile(Number(gpu), { id: Number(id), name: null, memoryGiB: null, sm: null, maxInstances: null, starts: starts.split(',').map(Number), size: Number(size) })
    return true
  }
}
