import type { LayoutStep, Placement } from '../../contract/model'
import type { CutRules } from '../cutRules'
import { TrancheError } from '../../contract/errors'
import { byStart, placementOf } from '../placedSlice'

/**
 * Carries the steps of a plan out on a layout, in thought: the layout at the end, along the axis. Throws `conflict` at the
 * first step that names a slice which is not there, or after which a rule would be broken. A live move has its new place
 * beside the old one for a moment. A `configure` step cuts nothing.
 */
export function replay(rules: CutRules, existing: readonly Placement[], steps: readonly LayoutStep[]): Placement[] {
  let layout = existing.map(placementOf)
  for (const [index, step] of steps.entries()) {
    const fail = (why: string) => new TrancheError('conflict', `Step ${index + 1} of the plan cannot be carried out: ${why}`)
    const without = (start: number) => {
      const left = layout.filter(slice => slice.profile !== step.profile || slice.start !== start)
      if (left.length === layout.length)
        throw fail(`there is no ${step.profile} at ${start}.`)
      return left
    }
    const cutBeside = (beside: readonly Placement[]) => {
      const answer = rules.cut(beside, step.profile, step.start)
      if (!answer.ok)
        throw fail(answer.refusal.message)
      return placementOf(answer.cut)
    }
    if (step.op === 'destroy')
      layout = without(step.start)
    else if (step.op === 'create')
      layout = [...layout, cutBeside(layout)]
    else if (step.op === 'move')
      layout = [...without(step.from ?? step.start), cutBeside(step.interrupts ? without(step.from ?? step.start) : layout)]
  }
  return layout.sort(byStart)
}
