import type { Sorted } from '../fileKinds'
import type { Submission } from '../submitWish'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { call, CallFailure } from '../bridge'
import { sortFiles } from '../fileKinds'
import { goTo } from '../route'
import { useToasts } from './toasts'

/** What the submit dialog is open for. */
export interface Draft extends Sorted {
  /** Catalog id that is selected at first. */
  readonly preset: string | null
  /** What was submitted or kept before, to be changed; its inputs are used unless there are files. */
  readonly earlier: Partial<Submission> | null
}

export const useSubmit = defineStore('submit', () => {
  const draft = shallowRef<Draft | null>(null)
  const toasts = useToasts()

  /** Opens the dialog for dropped or chosen files. */
  function open(files: readonly File[], preset: string | null = null) {
    const sorted = sortFiles(files)
    if (sorted)
      draft.value = { ...sorted, preset, earlier: null }
    else if (files.length > 0)
      toasts.fail(new CallFailure({ code: 'unsupported', message: `No recipe takes ${files.length === 1 ? `“${files[0].name}”` : 'these files'}. Tranche runs pictures, WAV recordings, .npy and .pb tensors, and .onnx models.`, retryable: false }))
  }

  /** Opens the dialog for what was submitted before or kept as a template, with other files if there are any. */
  function openAgain(earlier: Partial<Submission> & Pick<Submission, 'recipe'>, files: readonly File[] = []) {
    draft.value = { recipe: earlier.recipe, inputs: files, model: null, leftOut: [], preset: earlier.model ?? null, earlier }
  }

  /** Opens the dialog with all that a job was submitted with. */
  async function again(id: string) {
    const earlier = await toasts.attempt(() => call('jobs.submission', { id }))
    if (earlier)
      openAgain(earlier)
  }

  function close() {
    draft.value = null
  }

  /** Submits the built-in sample, to its own model or another of its recipe, and opens the job's page. */
  async function sample(which: 'ocr' | 'vad', model?: string) {
    const job = await toasts.attempt(() => call('jobs.submitSample', { sample: which, model }))
    if (job)
      goTo({ view: 'job', id: job.id })
  }

  return { draft, open, openAgain, again, close, sample }
})
