import type { LayoutPlan, LayoutStep } from '../../contract/model'
import type { Style } from './text'
import { axisOf, drawAxis } from './axis'
import { modeText, placeText, strandedText } from './cutText'
import { layoutText } from './layoutText'
import { count, printable } from './text'

/** What the axes of a plan are drawn by: how long each is. */
export interface PlanScale {
  readonly memoryMiB: number
  readonly before: Pick<LayoutPlan, 'mode'> & { readonly slots: number }
  readonly after: { readonly slots: number }
}

/** A change of layout for a person: the device before and after, each step, who is in the way, the commands that do the same. */
export function planLines(plan: LayoutPlan, scale: PlanScale, style: Style, columns: number): string[] {
  const { memoryMiB } = scale
  const before = drawAxis(axisOf({ ...scale.before, memoryMiB }, plan.before), columns - 8)
  const after = drawAxis(axisOf({ mode: plan.mode, slots: scale.after.slots, memoryMiB }, plan.after), columns - 8)
  return [
    `${style.strong(printable(plan.device))}  ${printable(modeText(plan.mode, plan.settings))}`,
    `  before  ${before}  ${printable(layoutText(plan.before))}`,
    `  after   ${after}  ${printable(layoutText(plan.after))}`,
    ...plan.steps.length === 0 ? ['  Nothing has to change.'] : plan.steps.map((step, i) => `  ${i + 1}. ${printable(stepText(step, plan))}`),
    ...plan.moves === 0 ? [] : [`  ${count(plan.moves, 'held slice')} to move`],
    ...plan.blocked === null ? [] : [`  ${style.bad(`Cannot be applied now: ${printable(plan.blocked)}`)}`],
    ...plan.holders.length === 0 ? [] : [`  held by ${printable(plan.holders.join(', '))}`],
    `  stranded: ${strandedText(plan.strandedBefore)} -> ${strandedText(plan.strandedAfter)}`,
    ...plan.commands.length === 0 ? [] : ['  The same on real hardware:', ...plan.commands.map(line => `    ${printable(line)}`)],
  ]
}

/** `move 2g.20gb from slots 0-1 to slots 4-5, held by job_12, which stands still meanwhile`. */
export function stepText(step: LayoutStep, { mode, settings }: Pick<LayoutPlan, 'mode' | 'settings'>): string {
  const held = step.holder === null ? '' : `, held by ${step.holder}`
  switch (step.op) {
    case 'configure':
      return `set the device to ${modeText(mode, settings)}`
    case 'destroy':
      return `destroy ${step.profile}, ${placeText(mode, step)}${held}`
    case 'create':
      return `create ${step.profile}, ${placeText(mode, step)}${step.compute && step.compute.length > 0 ? `, with compute instances ${step.compute.map(slices => `${slices}c`).join(' + ')}` : ''}`
    case 'move':
      return `move ${step.profile} from ${placeText(mode, { start: step.from ?? step.start, size: step.size })} to ${placeText(mode, step)}${held}${step.interrupts ? ', which stands still meanwhile' : ''}`
  }
}
