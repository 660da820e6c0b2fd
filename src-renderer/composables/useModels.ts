import type { CallOutput } from '@contract/calls'
import { shallowRef } from 'vue'
import { call } from '../bridge'
import { useToasts } from '../stores/toasts'

export type Model = CallOutput<'lab.models'>[number]

const models = shallowRef<readonly Model[]>([])

/** The GPU models that virtual GPUs can be of, read when first asked for: they come with the app and never change. */
export function useModels() {
  const toasts = useToasts()
  async function load() {
    if (models.value.length === 0)
      models.value = await toasts.attempt(() => call('lab.models', {})) ?? []
  }
  return { models, load }
}
