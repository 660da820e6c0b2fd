/** IEEE 754 binary16: sign 1 bit, exponent 5 bits with bias 15, fraction 10 bits. JavaScript has no such array before Node 24. */

const single = new Float32Array(1)
const singleBits = new Uint32Array(single.buffer)

/** The number that 16 bits stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1F
  const fraction = bits & 0x3FF
  if (exponent === 0)
    return sign * fraction * 2 ** -24
  if (exponent === 31)
    return fraction ? Number.NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/**
 * The nearest 16-bit float, ties to even; too large becomes infinity. The number goes through float32 first, whose extra
 * bits are enough for every number a person writes (a double that lies within 2^-25 of a tie may round the other way).
 */
export function numberToHalf(value: number): number {
  single[0] = value
  const bits = singleBits[0] ?? 0
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7FFFFFFF
  if (magnitude > 0x7F800000)
    return sign | 0x7E00
  // 65520 is half-way between the largest half (65504) and the next power: it and all above round to infinity.
  if (magnitude >= 0x477FF000)
    return sign | 0x7C00
  // Below 2^-14 halves are subnormal, in steps of 2^-24: let the float adder do the rounding to even.
  if (magnitude < 0x38800000)
    return sign | roundToEven(Math.abs(single[0]) * 2 ** 24)
  const rounded = magnitude + 0xFFF + ((magnitude >>> 13) & 1)
  return sign | ((rounded - 0x38000000) >>> 13)
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
