/** What a node needs before it runs, and what it makes: names of values. */
export interface Dependent {
  readonly needs: readonly string[]
  readonly makes: readonly string[]
}

/**
 * Positions of all nodes so that each comes after those it needs; nodes that are in such an order already keep it. Where
 * nodes need each other in a circle, one of them comes first without what it needs. Linear in nodes and needs.
 */
export function topologicalOrder(nodes: readonly Dependent[]): readonly number[] {
  const makers = new Map<string, number>()
  for (const [index, { makes }] of nodes.entries()) {
    for (const name of makes) {
      if (name !== '' && !makers.has(name))
        makers.set(name, index)
    }
  }
  const order: number[] = []
  const begun = new Uint8Array(nodes.length)
  for (const first of nodes.keys()) {
    if (begun[first])
      continue
    begun[first] = 1
    // A path of its own instead of recursion: a chain may be as long as the graph.
    const path = [{ index: first, next: 0 }]
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { needs } = nodes[step.index]
      if (step.next === needs.length) {
        order.push(step.index)
        path.pop()
        continue
      }
      const maker = makers.get(needs[step.next++])
      if (maker !== undefined && !begun[maker]) {
        begun[maker] = 1
        path.push({ index: maker, next: 0 })
      }
    }
  }
  return order
}
