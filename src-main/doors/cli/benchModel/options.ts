import type { Neighbours } from './plan'
import { InvalidArgumentError } from 'commander'
import { list, wholeNumber } from '../quantities'
import { maxBatchSize } from '../runOptions'

/** What a person types for a run of `bench-model`. */

/** `1,4,16`: each once, the smallest first. */
export function batches(value: string): number[] {
  const sizes = [...new Set(list(value).map(wholeNumber))].sort((a, b) => a - b)
  if (sizes.some(size => size > maxBatchSize))
    throw new InvalidArgumentError(`They are whole numbers from 1 to ${maxBatchSize}, with commas between them.`)
  return sizes
}

/** `0,1,max`: how many other slices compute meanwhile; `max` for as many as the device holds. */
export function neighbours(value: string): Neighbours[] {
  return list(value).map((given) => {
    if (given === 'max')
      return given
    if (!/^\d{1,4}$/.test(given))
      throw new InvalidArgumentError('They are whole numbers from 0, or "max", with commas between them.')
    return Number(given)
  })
}

export function seconds(value: string): number {
  const given = /^\d{1,4}(?:\.\d{1,3})?$/.test(value) ? Number(value) : 0
  if (given <= 0 || given > 3600)
    throw new InvalidArgumentError('It is a time over 0 and up to 3600 seconds, as a number.')
  return given
}
