import type { TensorEntry } from '../tensorEntry'
import type { WireField, WireReader } from '../wire'
import { neededBytes } from '../tensorEntry'

/** Most elements of a tensor whose values are kept: those of shapes, axes, scales and steps are few. */
export const mostValues = 64

/** How the element types that such tensors have lie in raw_data: little endian. */
const rawReaders: ReadonlyMap<number, { readonly bytes: number, readonly read: (view: DataView, at: number) => number }> = new Map([
  [1, { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  [2, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [3, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [6, { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  [7, { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  [9, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [11, { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
])

/**
 * The values of a small tensor of plain numbers inside the model (`entry` is what its TensorProto says of itself), or null.
 * Whole numbers beyond 2^53 are rounded: as sizes they are out of reach anyway.
 */
export function readSmallTensor(reader: WireReader, field: WireField, entry: TensorEntry): readonly number[] | null {
  const raw = rawReaders.get(entry.elementType)
  const bytes = neededBytes(entry)
  if (raw === undefined || bytes === null || bytes > BigInt(mostValues * raw.bytes) || entry.typedFields > mostValues || entry.external !== null)
    return null
  const count = Number(bytes) / raw.bytes
  const values: number[] = []
  for (const part of reader.message(field)) {
    if (part.end - part.start > mostValues * 10)
      continue
    if (part.no === 9) {
      const payload = reader.bytes(part)
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
      for (let at = 0; at + raw.bytes <= view.byteLength; at += raw.bytes)
        values.push(raw.read(view, at))
    }
    else if (part.no === 4 || part.no === 10) {
      values.push(...reader.floats(part, part.no === 10))
    }
    else if (part.no === 5 || part.no === 7) {
      for (const value of reader.integers(part))
        values.push(Number(value))
    }
  }
  return values.length === count ? values : null
}
