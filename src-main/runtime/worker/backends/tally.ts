import type { BackendId } from '../../../contract/model'
import { printable } from '../../../recipes/onnx/printable'

/** Nodes by the backend that ran them. Operators are safe to show. */
export type Tally = ReadonlyMap<BackendId, { readonly count: number, readonly operators: ReadonlySet<string> }>

/** Names of operators come from models that others made: at most so many kinds are kept. */
const mostKinds = 200

/** Counts nodes one by one. */
export function createTally() {
  const nodes = new Map<BackendId, { count: number, operators: Set<string> }>()
  return {
    add(backend: BackendId, operator: string, count = 1): void {
      const known = nodes.get(backend) ?? { count: 0, operators: new Set<string>() }
      known.count += count
      if (known.operators.size < mostKinds)
        known.operators.add(printable(operator))
      nodes.set(backend, known)
    },
    result: (): Tally => nodes,
  }
}
