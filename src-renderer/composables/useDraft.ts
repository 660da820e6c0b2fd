import type { Device } from '@contract/model'
import type { Draft } from '../editor/draft'
import { computed, shallowRef, watch } from 'vue'
import { draftOf, sameDraft } from '../editor/draft'
import { changed, historyOf, redone, undone } from '../editor/history'

/** The draft of a device's layout with its history. It follows the device as long as a person has changed nothing. */
export function useDraft(device: () => Device) {
  const saved = computed(() => draftOf(device()))
  const history = shallowRef(historyOf(saved.value))
  const draft = computed(() => history.value.present)

  watch(saved, (now, before) => {
    if (!sameDraft(now, before) && sameDraft(draft.value, before))
      history.value = historyOf(now)
  })

  return {
    draft,
    /** What the device has now. */
    saved,
    isDirty: computed(() => !sameDraft(draft.value, saved.value)),
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),
    change(next: Draft) {
      if (!sameDraft(next, draft.value))
        history.value = changed(history.value, next)
    },
    undo: () => void (history.value = undone(history.value)),
    redo: () => void (history.value = redone(history.value)),
    /** Starts again from what the device has. */
    reset: () => void (history.value = historyOf(saved.value)),
  }
}
