import type { Device, Slice, SliceUse } from '@contract/model'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { call, on, shapeOf } from '../bridge'
import { leafSlices } from '../floorPlan'
import { pulled } from './pulled'

/** Devices with their slices and leases, and the live use of each slice. */
export const useDevices = defineStore('devices', () => {
  const { value: list, loaded, error, refresh } = pulled<readonly Device[]>([], () => call('devices.list', {}), changed => changed.topics.includes('devices'))
  const use = shallowRef<ReadonlyMap<string, SliceUse>>(new Map())
  const take = (samples: readonly SliceUse[]) => {
    use.value = new Map(samples.map(sample => [sample.sliceId, sample]))
  }
  on('use', take)
  void call('devices.use', {}).then(take, thrown => error.value ??= shapeOf(thrown))

  /** Slices that a job can hold: a GPU instance that is cut into compute instances is held by those. */
  const slices = computed<readonly Slice[]>(() => list.value.flatMap(device => leafSlices(device.slices)))
  const leased = computed(() => slices.value.filter(slice => slice.lease).length)
  /** Cores that all workers together use now. */
  const cores = computed(() => [...use.value.values()].reduce((sum, sample) => sum + sample.cores, 0))
  /** Reads the devices now; throws where that fails. */
  async function reread() {
    list.value = await call('devices.list', {})
  }
  const byId = (id: string) => list.value.find(device => device.id === id)

  return { list, loaded, error, refresh, reread, use, slices, leased, cores, byId }
})
