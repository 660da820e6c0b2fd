import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** Random access to bytes, so that a model of gigabytes is walked without being loaded. */
export interface ByteSource {
  readonly size: number
  /** `length` bytes from `position`, fewer only at the end of the source. */
  readonly read: (position: number, length: number) => Uint8Array
}

/** Bytes that are not well-formed protobuf. `truncated` where the file simply ends too early. */
export class WireError extends Error {
  constructor(message: string, readonly truncated = false) {
    super(message)
  }
}

/** One field of a message, by position: a payload is only read when asked for. */
export interface WireField {
  readonly no: number
  readonly type: WireType
  /** Value of a varint as a signed 64-bit number, else 0. */
  readonly value: bigint
  /** Where the payload of a length-delimited or fixed field lies. */
  readonly start: number
  readonly end: number
}

const pageBytes = 64 * 1024
/** A tag (5 bytes) and a varint (10 bytes) never need more. */
const lookahead = 15
/** Far above any real graph; a walk of this many fields still ends within seconds and fits in memory. */
const maxFields = 5_000_000
const maxTextBytes = 64 * 1024

const plainText = new TextDecoder('utf-8', { ignoreBOM: true })
const strictText = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** Walks protobuf messages inside a source, one page in memory at a time. */
export class WireReader {
  #bytesOfPage: Uint8Array = new Uint8Array(0)
  #page = new BinaryReader(this.#bytesOfPage)
  #base = 0
  #fields = 0

  constructor(readonly source: ByteSource) {}

  /** The fields of the message at `start`..`end`, in file order. Throws `WireError` on anything malformed. */
  * fields(start: number, end: number): Generator<WireField> {
    let position = start
    while (position < end) {
      if (++this.#fields > maxFields)
        throw new WireError(`it has more than ${maxFields} fields`)
      const field = this.#field(position, end)
      position = field.end
      yield field
    }
  }

  /** The fields of the message that a length-delimited field holds. */
  message(field: WireField): Generator<WireField> {
    expectType(field, WireType.LengthDelimited)
    return this.fields(field.start, field.end)
  }

  /** A string field. With `strict`, bytes that are not UTF-8 are an error and not replaced. */
  text(field: WireField, strict = false): string {
    expectType(field, WireType.LengthDelimited)
    const length = field.end - field.start
    if (length > maxTextBytes)
      throw new WireError(`a name in it has ${length} bytes`)
    try {
      return (strict ? strictText : plainText).decode(this.#bytes(field.start, length))
    }
    catch {
      throw new WireError('a name in it is not UTF-8 text')
    }
  }

  /** Numbers of a `repeated int64` field, which writers may pack into one payload or repeat one by one. */
  * integers(field: WireField): Generator<bigint> {
    if (field.type === WireType.Varint) {
      yield field.value
      return
    }
    expectType(field, WireType.LengthDelimited)
    const reader = new BinaryReader(this.#bytes(field.start, Math.min(field.end - field.start, maxTextBytes)))
    while (reader.pos < reader.len)
      yield guarded(() => BigInt(reader.int64()))
  }

  /** Numbers of a `repeated float` or `repeated double` field, or of a single one of these, packed or not. */
  floats(field: WireField, double = false): number[] {
    const width = double ? 8 : 4
    if (field.type !== WireType.LengthDelimited)
      expectType(field, double ? WireType.Bit64 : WireType.Bit32)
    const payload = this.bytes(field)
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
    return Array.from({ length: Math.floor(payload.length / width) }, (_, index) => double ? view.getFloat64(index * 8, true) : view.getFloat32(index * 4, true))
  }

  /** The payload of a field: the first 64 KiB of it. */
  bytes(field: WireField): Uint8Array {
    return this.#bytes(field.start, Math.min(field.end - field.start, maxTextBytes))
  }

  #field(position: number, end: number): WireField {
    const page = this.#pageAt(position)
    const [no, type] = guarded(() => page.tag())
    let value = 0n
    let start = this.#base + page.pos
    let length = 0
    if (type === WireType.Varint) {
      value = guarded(() => BigInt(page.int64()))
      start = this.#base + page.pos
    }
    else if (type === WireType.LengthDelimited) {
      length = guarded(() => page.uint32())
      start = this.#base + page.pos
    }
    else if (type === WireType.Bit32 || type === WireType.Bit64) {
      length = type === WireType.Bit32 ? 4 : 8
    }
    else {
      throw new WireError(`field ${no} is a group, which ONNX never uses`)
    }
    const fieldEnd = start + length
    if (fieldEnd > this.source.size)
      throw new WireError(`field ${no} needs ${fieldEnd - this.source.size} bytes beyond the end of the file`, true)
    if (fieldEnd > end)
      throw new WireError(`field ${no} runs past the end of its message`)
    return { no, type, value, start, end: fieldEnd }
  }

  /** Bytes of the page where it has them all, else read for this once. */
  #bytes(start: number, length: number): Uint8Array {
    const within = start - this.#base
    return within >= 0 && within + length <= this.#bytesOfPage.length
      ? this.#bytesOfPage.subarray(within, within + length)
      : this.source.read(start, length)
  }

  #pageAt(position: number): BinaryReader {
    const within = position - this.#base
    const covered = within >= 0 && (within + lookahead <= this.#page.len || (within < this.#page.len && this.#base + this.#page.len >= this.source.size))
    if (!covered) {
      this.#bytesOfPage = this.source.read(position, pageBytes)
      this.#page = new BinaryReader(this.#bytesOfPage)
      this.#base = position
    }
    this.#page.pos = position - this.#base
    return this.#page
  }
}

export function expectType(field: WireField, type: WireType): void {
  if (field.type !== type)
    throw new WireError(`field ${field.no} has the wrong type`)
}

/** A varint field that holds an `int32` or an enum: protobuf keeps the low 32 bits. */
export function int32(field: WireField): number {
  expectType(field, WireType.Varint)
  return Number(BigInt.asIntN(32, field.value))
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) }
}

/** The library reports bad bytes by plain errors; here they all mean the same. */
function guarded<T>(read: () => T): T {
  try {
    return read()
  }
  catch (error) {
    throw new WireError(error instanceof Error ? error.message : 'malformed bytes', error instanceof RangeError)
  }
}
