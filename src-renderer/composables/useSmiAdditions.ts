import type { ErrorShape } from '@contract/errors'
import type { Imported } from '../smi/additions'
import { computed, readonly, shallowRef, watch } from 'vue'
import { call, shapeOf } from '../bridge'
import { additionOf } from '../smi/additions'
import { useDevices } from '../stores/devices'

/** Which imported GPUs are wanted as virtual ones: at first all that have a table. */
export function useSmiAdditions(imported: () => Imported | null) {
  const devices = useDevices()
  const chosen = shallowRef<ReadonlySet<number>>(new Set())
  const busy = shallowRef(false)
  const error = shallowRef<ErrorShape | null>(null)
  const count = computed(() => chosen.value.size)

  watch(imported, (now) => {
    chosen.value = new Set(now?.devices.filter(gpu => additionOf(gpu) !== null).map(({ index }) => index))
    error.value = null
  })

  function choose(index: number, isWanted: boolean) {
    const others = [...chosen.value].filter(each => each !== index)
    chosen.value = new Set(isWanted ? [...others, index] : others)
  }

  /**
   * Adds what is chosen, one GPU after the other, and answers how many it added. At the first that is refused it stops:
   * those before it are added and no longer chosen, `error` names the one that is not.
   */
  async function add(): Promise<number> {
    busy.value = true
    error.value = null
    let added = 0
    try {
      for (const gpu of imported()?.devices.filter(({ index }) => chosen.value.has(index)) ?? []) {
        const addition = additionOf(gpu)
        if (!addition)
          continue
        const failure = await call('lab.add', addition).then(() => null, shapeOf)
        if (failure) {
          error.value = { ...failure, message: `GPU ${gpu.index} was not added: ${failure.message}` }
          break
        }
        added += 1
        choose(gpu.index, false)
      }
    }
    finally {
      busy.value = false
    }
    if (added > 0)
      devices.refresh()
    return added
  }

  return { chosen: readonly(chosen) as Readonly<typeof chosen>, count, busy: readonly(busy), error: readonly(error), choose, add }
}
