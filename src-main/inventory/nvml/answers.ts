import type { Nvml, NvmlArgument, NvmlFunction } from './library'
import type { Decoded, StructName } from './structs'
import { nvmlCodes } from './returnCodes'
import { decodeAt, sizeOf, versionOf } from './structs'

/** What a function of NVML gave, or the code that it refused with. */
export type Answer<T> = { readonly ok: true, readonly value: T } | { readonly ok: false, readonly code: number }

/** Longest list that is asked for: no GPU has more processes, instances or types. */
const longestList = 65_536

function answer<T>(code: number, value: () => T): Answer<T> {
  return code === nvmlCodes.success ? { ok: true, value: value() } : { ok: false, code }
}

/** A function whose last parameter takes one structure. */
export function ask<S extends StructName>(nvml: Nvml, struct: S, name: NvmlFunction, ...args: NvmlArgument[]): Answer<Decoded[S]> {
  const out = Buffer.alloc(sizeOf(struct))
  return answer(nvml.call(name, ...args, out), () => decodeAt(out, struct))
}

/** The same for a structure that says its own version, by which a driver refuses what it is too old to know. */
export function askVersioned<S extends StructName>(nvml: Nvml, struct: S, version: number, name: NvmlFunction, ...args: NvmlArgument[]): Answer<Decoded[S]> {
  const out = Buffer.alloc(sizeOf(struct))
  out.writeUInt32LE(versionOf(struct, version))
  return answer(nvml.call(name, ...args, out), () => decodeAt(out, struct))
}

/** A function that fills a text: its last parameters are the text and its length. */
export function askText(nvml: Nvml, name: NvmlFunction, ...args: NvmlArgument[]): Answer<string> {
  const text = Buffer.alloc(256)
  return answer(nvml.call(name, ...args, text, text.length), () => textIn(text))
}

/** A function that fills a list, whose room it is told and whose length it tells, through one and the same parameter. */
export function askList<S extends StructName>(nvml: Nvml, struct: S, room: number, call: (list: Buffer, count: Buffer) => number): Answer<Decoded[S][]> {
  const list = Buffer.alloc(Math.max(1, room) * sizeOf(struct))
  const count = Buffer.alloc(4)
  count.writeUInt32LE(room)
  const code = call(list, count)
  const length = count.readUInt32LE()
  if (code === nvmlCodes.insufficientSize && length > room && length <= longestList)
    return askList(nvml, struct, length + 8, call)
  return answer(code, () => Array.from({ length: Math.min(length, room) }, (_, index) => decodeAt(list, struct, index)))
}

export function textIn(buffer: Buffer): string {
  const end = buffer.indexOf(0)
  return buffer.toString('utf8', 0, end < 0 ? buffer.length : end)
}

/** A driver too old for a function, or for the version of a structure, is asked in the older way. */
export function isTooOld(answer: Answer<unknown>): boolean {
  return !answer.ok && (answer.code === nvmlCodes.functionNotFound || answer.code === nvmlCodes.versionMismatch)
}
