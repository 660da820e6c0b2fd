import type { CatalogEntry } from '@contract/model'
import { defineStore } from 'pinia'
import { call } from '../bridge'
import { baseName } from '../format'
import { pulled } from './pulled'

export const useCatalog = defineStore('catalog', () => {
  const { value: list, loaded, error, refresh } = pulled<readonly CatalogEntry[]>([], () => call('catalog.list', {}), changed => changed.topics.includes('catalog'))
  /** Name of a model by its catalog id, or the name of the ONNX file that was given. */
  const nameOf = (model: string) => list.value.find(entry => entry.id === model)?.name ?? baseName(model)
  return { list, loaded, error, refresh, nameOf }
})
