import type { ErrorShape } from '@contract/errors'
import type { DeviceMode, Layout, ModeSettings } from '@contract/model'
import { computed, shallowRef, watch } from 'vue'
import { call, shapeOf } from '../bridge'

/** Whose layouts are shown. */
export interface GalleryOf {
  readonly model: string
  readonly mode: DeviceMode
  readonly vgpuMode: ModeSettings['vgpuMode']
}

/** As many layouts as are asked for at once, and shown at first. */
const mostLayouts = 2000
const pageSize = 48

/** The maximal layouts of a model in a mode, made of the chosen profiles only: the cheapest first. None in shared mode. */
export function useGallery(of: () => GalleryOf, chosen: () => readonly string[] | null) {
  const layouts = shallowRef<readonly Layout[]>([])
  const error = shallowRef<ErrorShape | null>(null)
  const loading = shallowRef(false)
  const truncated = shallowRef(false)
  /** One placement stands for all layouts of the same profiles. */
  const distinct = shallowRef(false)
  const shown = shallowRef(pageSize)
  const question = computed(() => ({ ...of(), profiles: chosen() ?? [] }))

  watch(() => JSON.stringify(question.value), async (_now, _before, onCleanup) => {
    let isCurrent = true
    onCleanup(() => isCurrent = false)
    const { model, mode, vgpuMode, profiles } = question.value
    shown.value = pageSize
    if (mode === 'shared' || profiles.length === 0) {
      layouts.value = []
      return
    }
    loading.value = true
    try {
      const answer = await call('layouts.list', { model, mode, ...(mode === 'vgpu' && vgpuMode && { vgpuMode }), maximal: true, profiles: [...profiles], limit: mostLayouts })
      if (!isCurrent)
        return
      layouts.value = answer.layouts.toSorted(byCost)
      truncated.value = answer.truncated
      distinct.value = answer.distinct
      error.value = null
    }
    catch (thrown) {
      if (isCurrent)
        error.value = shapeOf(thrown)
    }
    if (isCurrent)
      loading.value = false
  }, { immediate: true })

  return { layouts, error, loading, truncated, distinct, visible: computed(() => layouts.value.slice(0, shown.value)), showMore: () => void (shown.value += pageSize) }
}

function byCost(a: Layout, b: Layout): number {
  return (a.stranded.sm ?? 0) - (b.stranded.sm ?? 0) || (a.stranded.memoryMiB ?? 0) - (b.stranded.memoryMiB ?? 0) || a.slices.length - b.slices.length
}
