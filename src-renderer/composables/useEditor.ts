import type { Device, DeviceMode, ModeSettings, Placement, Profile } from '@contract/model'
import type { InjectionKey } from 'vue'
import type { DraftSlice, SliceKey } from '../editor/draft'
import { computed, inject, provide, shallowRef, watch } from 'vue'
import { removed, replaced, wantedOf, withInstances, withMode } from '../editor/draft'
import { modeWords } from '../words'
import { useDraft } from './useDraft'
import { useOffers } from './useOffers'
import { usePlacing } from './usePlacing'

export type Editor = ReturnType<typeof createEditor>

const key: InjectionKey<Editor> = Symbol('editor')

/** Makes the editor of a device's layout, for the component and all within it. */
export function provideEditor(device: () => Device): Editor {
  const editor = createEditor(device)
  provide(key, editor)
  return editor
}

/** The editor of the page that the component is in. */
export function useEditor(): Editor {
  const editor = inject(key)
  if (!editor)
    throw new Error('No editor was provided around this component.')
  return editor
}

function createEditor(device: () => Device) {
  const history = useDraft(device)
  const { draft } = history
  const wish = (slices: readonly DraftSlice[]) => ({ device: device().id, mode: draft.value.mode, settings: draft.value.settings, layout: slices.map(({ profile, start }) => ({ profile, start })) })
  const offers = useOffers(() => wish(draft.value.slices))
  const selected = shallowRef<SliceKey | null>(null)
  const placing = usePlacing(history, offers, wish, selected)

  const slots = computed(() => offers.answer.value?.slots ?? device().slots)
  const profileOf = (name: string): Profile | undefined => offers.answer.value?.profiles.find(profile => profile.name === name)
  /** The draft's slices with what they give; drawn by the last answer while the next is on its way. */
  const slices = computed(() => draft.value.slices.map((slice) => {
    const known = offers.answer.value?.slices.find(({ profile }) => profile === slice.profile)
    const offer = profileOf(slice.profile)
    return { ...slice, size: known?.size ?? offer?.size ?? 1, memoryMiB: known?.memoryMiB ?? offer?.memoryMiB ?? 0, sm: known?.sm ?? offer?.sm ?? null, computeSlices: known?.computeSlices ?? offer?.computeSlices ?? 0 }
  }))

  watch(draft, ({ slices }) => {
    if (!slices.some(({ start }) => start === selected.value))
      selected.value = null
  })

  /** Changes the draft as a whole; what was on its way is left. */
  function change(words: string, next: () => void) {
    placing.cancel()
    next()
    placing.say(words)
  }

  function remove(key: SliceKey) {
    const slice = draft.value.slices.find(({ start }) => start === key)
    if (!slice)
      return
    change(`${slice.profile} at slot ${key} is out of the draft.`, () => history.change(removed(draft.value, key)))
  }

  return {
    device: computed(device),
    ...history,
    undo: () => change('The last change of the draft was taken back.', history.undo),
    redo: () => change('The change of the draft was made again.', history.redo),
    reset: () => change('', history.reset),
    offers,
    selected,
    placing,
    slots,
    slices,
    profileOf,
    remove,
    /** The device's slice that the draft keeps where it is, with its lease. */
    keptSlice: ({ profile, start }: DraftSlice) => draft.value.mode === device().mode ? device().slices.find(slice => slice.parentId === null && slice.profile === profile && slice.start === start) : undefined,
    /** The wish that the draft is, for `slices.plan` and `slices.apply`. */
    wish: () => ({ device: device().id, mode: draft.value.mode, settings: draft.value.settings, layout: wantedOf(draft.value) }),
    /** Makes a layout the draft. */
    take: (layout: readonly Placement[]) => change('The layout is the draft now.', () => history.change(replaced(draft.value, layout))),
    /** Makes another layout of what the device has now the draft. */
    rearrange: (layout: readonly Placement[], words: string) => change(words, () => history.change(replaced(history.saved.value, layout))),
    setMode: (mode: DeviceMode, settings: ModeSettings, keepSlices: boolean) => change(keepSlices ? 'The draft has the new setting.' : `The draft is in mode ${modeWords[mode]}, without slices.`, () => history.change(withMode(draft.value, mode, settings, keepSlices))),
    setInstances: (key: SliceKey, compute: readonly number[]) => history.change(withInstances(draft.value, key, compute)),
  }
}
