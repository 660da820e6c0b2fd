import { InvalidArgumentError } from 'commander'

/** What a person types for a size, a time or a count, as the number that the contract takes. */

/** `4096`, `4096MiB`, `4GiB`, `1.5 GiB`: in MiB. */
export function memoryMiB(value: string): number {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,6})?)\s*(mib|gib)?$/i.exec(value.trim()) ?? []
  const mib = Math.round(Number(amount) * (unit?.toLowerCase() === 'gib' ? 1024 : 1))
  if (amount === undefined || mib < 1)
    throw new InvalidArgumentError('It is a size from 1 MiB: 4096, 4096MiB or 4GiB.')
  return mib
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `30s`, `10m`, `2h`, `1d`, `1500ms`: in ms, at least a second. */
export function durationMs(value: string): number {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|[smhd])$/.exec(value.trim()) ?? []
  const ms = Math.round(Number(amount) * unitMs[unit as keyof typeof unitMs])
  if (amount === undefined || ms < 1000)
    throw new InvalidArgumentError('It is a time of at least a second: 30s, 10m, 2h or 1d.')
  return ms
}

export function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new InvalidArgumentError('It is a whole number from 1.')
  return Number(value)
}

/** A part of the whole: `0.25`, `25%`. */
export function share(value: string): number {
  const [, amount, percent] = /^(\d{1,3}(?:\.\d{1,6})?)\s*(%)?$/.exec(value.trim()) ?? []
  const part = Number(amount) / (percent ? 100 : 1)
  if (amount === undefined || part <= 0 || part > 1)
    throw new InvalidArgumentError('It is a part over 0 and up to 1: 0.25, or 25%.')
  return part
}

/** Reads a value, or a word that stands for none. The word itself is the answer, as commander takes null for a value that is missing. */
export function orWord<Word extends string, Value>(word: Word, read: (value: string) => Value): (value: string) => Value | Word {
  return value => value === word ? word : read(value)
}

/** What was read, as the contract takes it: null for the word. */
export function withoutWord<Value>(read: Value | 'any' | 'never'): Value | null {
  return read === 'any' || read === 'never' ? null : read
}

/** `A,B`: its parts, without blanks. */
export function list(value: string): string[] {
  const parts = value.split(',').map(part => part.trim()).filter(part => part !== '')
  if (parts.length === 0)
    throw new InvalidArgumentError('It is a name, or several with commas between them.')
  return parts
}

/** A size of a symbolic dimension, `NAME=N`, added to those before it. The name may hold `=`, as a model's own names may. */
export function dimension(value: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [, name, size] = /^(.+)=([1-9]\d{0,8})$/.exec(value) ?? []
  if (name === undefined)
    throw new InvalidArgumentError('It is the name of a dimension and its size: --dim sequence=128.')
  return { ...before, [name]: Number(size) }
}
