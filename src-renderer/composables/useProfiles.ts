import type { CallOutput } from '@contract/calls'
import type { DeviceMode } from '@contract/model'
import { shallowRef, watch } from 'vue'
import { call } from '../bridge'
import { useToasts } from '../stores/toasts'

/** The profiles of a GPU model in a mode, followed as these change; null until they are known. */
export function useProfiles(of: () => { readonly model: string, readonly mode: DeviceMode } | null) {
  const toasts = useToasts()
  const profiles = shallowRef<CallOutput<'profiles.list'> | null>(null)
  watch(() => JSON.stringify(of()), async (_now, _before, onCleanup) => {
    let isCurrent = true
    onCleanup(() => isCurrent = false)
    const asked = of()
    const answer = asked ? await toasts.attempt(() => call('profiles.list', { ...asked })) : undefined
    if (isCurrent)
      profiles.value = answer ?? null
  }, { immediate: true })
  return profiles
}
