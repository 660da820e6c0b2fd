import type { Sorted } from '../fileKinds'
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
}

export const useSubmit = defineStore('submit', () => {
  const draft = shallowRef<Draft | null>(null)
  const toasts = useToasts()

  /** Opens the dialog for dropped or chosen files. */
  function open(files: readonly File[], preset: string | null = null) {
    const sorted = sortFiles(files)
    if (sorted)
      draft.value = { ...sorted, preset }
    else if (files.length > 0)
      toasts.fail(new CallFailure({ code: 'unsupported', message: `No recipe takes ${files.length === 1 ? `“${files[0].name}”` : 'these files'}. Tranche runs pictures, WAV recordings, .npy and .pb tensors, and .onnx models.`, retryable: false }))
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

  return { draft, open, close, sample }
})
