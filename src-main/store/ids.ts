import { v7 } from 'uuid'

export type IdPrefix = 'device' | 'slice' | 'lease' | 'job' | 'change' | 'tenant' | 'queue' | 'gang' | 'window'

/** A new id: a time-ordered UUID (version 7) behind a word that says what it names. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${v7()}`
}
