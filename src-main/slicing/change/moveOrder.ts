import type { LayoutStep, Placement } from '../../contract/model'
import type { CutRules } from '../cutRules'
import type { PlacedSlice } from '../placedSlice'
import type { Matched } from './matchSlices'
import type { WantedPlace } from './placeWanted'
import { overlaps } from '../cutRules'

/** Layouts looked at before the first order that works is taken instead of the one that interrupts least. */
const maxVisited = 600

/** Where each mover is: on its old place, down, or on an open place by its index. */
const old = -1
const down = -2
type State = readonly number[]

/** One mover goes down, or goes to an open place: live from its old one, or up again. */
interface Action { readonly mover: number, readonly to: number }
interface Node { readonly state: State, readonly before: Node | null, readonly action: Action | null }

/**
 * Orders the moves so that the fewest movers are interrupted, and every rule holds all the time. Returns the open places that
 * no mover takes too.
 *
 * A move that can be made live never hurts later: it takes a place that only its like wants, and frees one. So what is
 * searched is which of its like places each mover takes, and who goes down when nothing else can be done.
 */
export function orderMoves(rules: CutRules, staying: readonly Placement[], movers: Matched['movers'], open: Matched['open']): { readonly steps: readonly LayoutStep[], readonly unfilled: readonly WantedPlace[] } {
  const standing = (state: State): Placement[] => [...staying, ...state.flatMap((at, mover) => at === down ? [] : [at === old ? movers[mover] : open[at]])]
  const canLay = (beside: readonly Placement[], place: Placement) => !beside.some(other => overlaps(other, place)) && rules.cut(beside, place.profile, place.start).ok
  const placings = (state: State): Action[] => {
    const beside = standing(state)
    const possible = state.flatMap((at, mover) => at >= 0
      ? []
      : open.flatMap((place, to) => place.kind === movers[mover].kind && !state.includes(to) && canLay(beside, place) ? [{ mover, to }] : []))
    return possible.sort((a, b) => state[a.mover] - state[b.mover])
  }
  const start: Node = { state: movers.map(() => old), before: null, action: null }
  const actions = searchActions(start, placings) ?? firstActions(start, placings)
  const end = actions.reduce(step, start).state
  return { steps: stepsOf(actions, movers, open), unfilled: open.filter((_, index) => !end.includes(index)) }
}

function step(before: Node, action: Action): Node {
  return { state: before.state.with(action.mover, action.to), before, action }
}

function goings(state: State): Action[] {
  return state.flatMap((at, mover) => at === old ? [{ mover, to: down }] : [])
}

/** All orders with no interruption, then with one, and so on; null if that takes too long. */
function searchActions(start: Node, placings: (state: State) => Action[]): Action[] | null {
  const visited = new Set<string>()
  let level = [start]
  while (level.length > 0) {
    const next: Node[] = []
    while (level.length > 0) {
      const node = level.pop()
      if (!node)
        break
      if (node.state.every(at => at >= 0))
        return actionsTo(node)
      const key = `${node.state.map(at => Math.min(at, 0)).join()}/${node.state.filter(at => at >= 0).sort((a, b) => a - b).join()}`
      if (visited.has(key))
        continue
      if (visited.size >= maxVisited)
        return null
      visited.add(key)
      const possible = placings(node.state).map(action => step(node, action)).reverse()
      level.push(...possible)
      if (possible.length === 0)
        next.unshift(...goings(node.state).map(action => step(node, action)).reverse())
    }
    level = next
  }
  return null
}

/** Takes the first placing there is; where there is none, takes down a mover that makes one possible. */
function firstActions(start: Node, placings: (state: State) => Action[]): Action[] {
  let node = start
  while (node.state.some(at => at < 0)) {
    const here = goings(node.state)
    const action = placings(node.state)[0] ?? here.find(going => placings(step(node, going).state).length > 0) ?? here[0]
    if (!action)
      throw new Error('the places of a layout that is legal cannot be filled')
    node = step(node, action)
  }
  return actionsTo(node)
}

function actionsTo(node: Node): Action[] {
  const actions: Action[] = []
  for (let at: Node | null = node; at?.action; at = at.before)
    actions.unshift(at.action)
  return actions
}

/** A mover that goes down and comes up at once is one interrupting move. */
function stepsOf(actions: readonly Action[], movers: readonly PlacedSlice[], open: readonly WantedPlace[]): LayoutStep[] {
  const steps: LayoutStep[] = []
  for (const [index, { mover, to }] of actions.entries()) {
    const slice = movers[mover]
    const wentDown = actions.findIndex(action => action.mover === mover && action.to === down)
    const named = { slice: slice.id, holder: slice.holder, profile: slice.profile, size: slice.size, ...(slice.compute?.length && { compute: [...slice.compute] }) }
    if (to === down && actions[index + 1].mover !== mover)
      steps.push({ op: 'destroy', ...named, start: slice.start, from: null, interrupts: true })
    else if (to !== down && (wentDown === -1 || wentDown === index - 1))
      steps.push({ op: 'move', ...named, start: open[to].start, from: slice.start, interrupts: wentDown !== -1 })
    else if (to !== down)
      steps.push({ op: 'create', ...named, start: open[to].start, from: slice.start, interrupts: true })
  }
  return steps
}
