import type { Draft } from '../stores/submit'
import { computed } from 'vue'
import { leafSlices } from '../floorPlan'
import { useCatalog } from '../stores/catalog'
import { useDevices } from '../stores/devices'

/** What the submit dialog offers for a draft: models of its recipe, devices, and profiles that exist as slices. */
export function useSubmitOptions(draft: () => Draft, deviceId: () => string) {
  const catalog = useCatalog()
  const store = useDevices()

  const models = computed(() => catalog.list
    .filter(entry => entry.recipe === draft().recipe)
    .map(({ id, name, state }) => ({ id, label: state === 'ready' ? name : `${name} (not pulled)` })))

  const devices = computed(() => store.list.map(({ id, name, kind }) => ({ id, label: kind === 'virtual-gpu' ? `${name} (virtual)` : name })))

  const profiles = computed(() => {
    const slices = store.list.filter(({ id }) => !deviceId() || id === deviceId()).flatMap(device => leafSlices(device.slices))
    return [...new Set(slices.map(slice => slice.profile))].map((name) => {
      const free = slices.filter(slice => slice.profile === name && !slice.lease).length
      return { name, label: `${name} (${free === 0 ? 'none free' : `${free} free`})` }
    })
  })

  /** The preset, else the recipe's ready default, else its first. */
  function firstModel(): string {
    const fitting = catalog.list.filter(entry => entry.recipe === draft().recipe)
    const choice = fitting.find(({ id }) => id === draft().preset) ?? fitting.find(entry => entry.default) ?? fitting[0]
    return choice?.id ?? ''
  }

  return { models, devices, profiles, firstModel }
}
