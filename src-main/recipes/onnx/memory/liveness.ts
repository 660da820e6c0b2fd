/** One node as it runs: names of the values that it reads and makes, and bytes that it needs besides, while it runs. */
export interface Step {
  readonly reads: readonly string[]
  readonly makes: readonly string[]
  readonly extraBytes: number
}

/**
 * The largest sum of values alive at the same time while the steps run in their order. A value lives from the step that
 * makes it until the last that reads it (its own step, if none does); `inputs` live all the time, `outputs` from their
 * step to the end. A value that is not in `bytes` takes nothing. No step is taken to write over what it reads.
 */
export function largestLive(steps: readonly Step[], bytes: ReadonlyMap<string, number>, inputs: Iterable<string>, outputs: Iterable<string>): number {
  const lastReader = new Map<string, number>()
  for (const [index, { reads }] of steps.entries()) {
    for (const name of reads)
      lastReader.set(name, index)
  }
  const kept = new Set([...inputs, ...outputs])
  const alive = new Set<string>()
  let live = 0
  const begin = (name: string) => {
    if (!alive.has(name)) {
      alive.add(name)
      live += bytes.get(name) ?? 0
    }
  }
  const end = (name: string) => {
    if (!kept.has(name) && alive.delete(name))
      live -= bytes.get(name) ?? 0
  }
  for (const name of inputs)
    begin(name)
  let largest = live
  for (const [index, { reads, makes, extraBytes }] of steps.entries()) {
    makes.forEach(begin)
    largest = Math.max(largest, live + extraBytes)
    for (const name of [...reads, ...makes]) {
      if ((lastReader.get(name) ?? -1) <= index)
        end(name)
    }
  }
  return largest
}
