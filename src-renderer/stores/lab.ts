import type { CallOutput } from '@contract/calls'
import { defineStore } from 'pinia'
import { call } from '../bridge'
import { pulled } from './pulled'

/** What the lab says of itself. Read again with each change of jobs only while it is still unused. */
export const useLab = defineStore('lab', () => {
  const { value: info, error, refresh } = pulled<CallOutput<'lab.info'> | null>(
    null,
    () => call('lab.info', {}),
    (changed, before) => before?.firstUse !== false && changed.topics.includes('jobs'),
  )
  return { info, error, refresh }
})
