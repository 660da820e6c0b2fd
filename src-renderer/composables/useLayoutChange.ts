import type { ErrorShape } from '@contract/errors'
import type { LayoutPlan } from '@contract/model'
import type { Editor } from './useEditor'
import { shallowRef } from 'vue'
import { call, shapeOf } from '../bridge'
import { useDevices } from '../stores/devices'
import { useToasts } from '../stores/toasts'

export interface Preview {
  readonly kind: 'apply' | 'undo'
  readonly plan: LayoutPlan
  /** The plan is another one than a person saw first, because the device had changed. */
  readonly isRenewed: boolean
}

/** From a draft to a plan, and from a plan to a changed device. */
export function useLayoutChange(editor: Editor) {
  const devices = useDevices()
  const toasts = useToasts()
  const preview = shallowRef<Preview | null>(null)
  const error = shallowRef<ErrorShape | null>(null)
  const busy = shallowRef(false)

  /** Runs something that may fail; a failure is shown beside the plan and the answer is undefined. */
  async function attempt<T>(run: () => Promise<T>): Promise<T | undefined> {
    busy.value = true
    error.value = null
    try {
      return await run()
    }
    catch (thrown) {
      error.value = shapeOf(thrown)
      return undefined
    }
    finally {
      busy.value = false
    }
  }

  /** Plans what the draft asks for and shows it. */
  async function show(isRenewed = false) {
    const plan = await attempt(() => call('slices.plan', editor.wish()))
    if (plan)
      preview.value = { kind: 'apply', plan, isRenewed }
  }

  /** Shows what taking the last change back would do. */
  async function showUndo() {
    const answer = await attempt(() => call('slices.undo', { device: editor.device.value.id, dry: true }))
    if (answer)
      preview.value = { kind: 'undo', plan: answer.plan, isRenewed: false }
  }

  /** Carries a plan out; with `moveJobs`, running jobs in its way are moved first. */
  async function carryOut({ kind, plan }: Preview, moveJobs = false) {
    const device = editor.device.value.id
    const answer = await attempt(async () => {
      const changed = await (kind === 'undo' ? call('slices.undo', { device }) : call('slices.apply', { ...editor.wish(), basis: plan.basis, ...moveJobs && { moveJobs } }))
      await devices.reread()
      return changed
    })
    if (answer) {
      preview.value = null
      editor.reset()
      toasts.notice(kind === 'undo' ? 'The last change of the layout was taken back.' : moveJobs ? 'The jobs were moved and the layout was applied.' : 'The layout was applied.')
    }
    else if (kind === 'apply' && error.value?.code === 'conflict') {
      await renew(plan.basis, error.value)
    }
  }

  /** The device changed since the plan was made: reads it again and shows the plan from what it has now. */
  async function renew(oldBasis: string, refused: ErrorShape) {
    await attempt(devices.reread)
    await show(true)
    // A refusal for another reason than an old plan comes again with a new one: then it is what a person has to see.
    if (preview.value?.plan.basis === oldBasis)
      error.value = refused
  }

  /** Makes the layout that keeps the device's slices, closer together, the draft. */
  async function compact() {
    const plan = await toasts.attempt(() => call('slices.plan', { device: editor.device.value.id, layout: 'compact' }))
    if (!plan)
      return
    editor.rearrange(plan.after, plan.steps.length === 0 ? 'The slices already lie where they leave most room.' : 'The draft keeps every slice and leaves most room.')
  }

  function close() {
    preview.value = null
    error.value = null
  }

  return { preview, error, busy, show, showUndo, carryOut, compact, close }
}
