import type { ErrorShape } from '@contract/errors'
import type { GpuHealth } from '@contract/model'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { call, shapeOf } from '../bridge'
import { createPoll } from './poll'

const everyMs = 2000

/** Health of real GPUs by device, read for all of them together while a page shows one: see `useHealthOf`. */
export const useHealth = defineStore('health', () => {
  const byDevice = shallowRef<ReadonlyMap<string, GpuHealth>>(new Map())
  /** Why the last reading failed; null after one that went well. */
  const error = shallowRef<ErrorShape | null>(null)
  const { follow } = createPoll(async () => {
    try {
      byDevice.value = new Map((await call('devices.health', {})).map(health => [health.device, health]))
      error.value = null
    }
    catch (thrown) {
      error.value = shapeOf(thrown)
    }
  }, everyMs)
  return { byDevice, error, follow }
})
