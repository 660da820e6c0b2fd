import type { BackendId, BackendReport } from '../../../contract/model'
import type { Tally } from './tally'
import { backendNames } from './installed'

/** A backend that did not take part, and why. */
export interface Skipped {
  readonly backend: BackendId
  readonly why: string
}

/** What is known of one session. */
export interface SessionFacts {
  readonly asked: readonly BackendId[]
  readonly skipped: readonly Skipped[]
  /** Nodes by the backend that ran them; null where ONNX Runtime cannot tell. */
  readonly ran: Tally | null
}

/** Real models have a few dozen kinds. */
const mostOperators = 100

/** What ran the models of several sessions, as one. Sessions of one job are asked for with one order. */
export function mergeReports(sessions: readonly SessionFacts[]): BackendReport | null {
  const [first] = sessions
  if (!first)
    return null
  const nodes = new Map<BackendId, { count: number, operators: Set<string> }>()
  for (const [backend, { count, operators }] of sessions.flatMap(({ ran }) => [...ran ?? []])) {
    const sum = nodes.get(backend)
    nodes.set(backend, { count: (sum?.count ?? 0) + count, operators: new Set([...sum?.operators ?? [], ...operators]) })
  }
  return {
    asked: [...first.asked],
    nodes: [...nodes].map(([backend, { count, operators }]) => ({ backend, count, operators: [...operators].sort().slice(0, mostOperators) })),
    fallback: fallback(first.asked, sessions),
  }
}

/** Each reason once, in the order they came up. */
function fallback(asked: readonly BackendId[], sessions: readonly SessionFacts[]): string | null {
  const reasons = [
    ...sessions.flatMap(({ skipped }) => skipped.map(({ why }) => why)),
    ...sessions.flatMap(facts => leftOver(facts)),
    ...asked[0] !== 'cpu' && sessions.some(({ ran }) => ran === null) ? ['ONNX Runtime could not tell which backend ran which nodes'] : [],
  ]
  const distinct = [...new Set(reasons)].slice(0, 5)
  return distinct.length > 0 ? distinct.join('. ') : null
}

function leftOver({ asked, skipped, ran }: SessionFacts): string[] {
  const first = asked.find(id => skipped.every(({ backend }) => backend !== id))
  const others = [...ran ?? []].filter(([backend, { count }]) => backend !== first && count > 0)
  if (!first || first === 'cpu' || others.length === 0)
    return []
  const kinds = [...new Set(others.flatMap(([, { operators }]) => [...operators]))].sort()
  return [`${backendNames[first]} left these operators to ${others.map(([backend]) => backendNames[backend]).join(' and ')}: ${kinds.slice(0, 10).join(', ')}${kinds.length > 10 ? ', …' : ''}`]
}
