import type { WavFormat } from './wavHeader'

type SampleEncoding = Pick<WavFormat, 'encoding' | 'bits'>

/**
 * Decodes little-endian samples of one channel to floats from -1 to 1. `bytes` is a whole number of samples. 8-bit samples
 * are unsigned with silence at 128, wider integers are signed, floats are taken as they are.
 */
export function decodeSamples(bytes: Uint8Array, format: SampleEncoding): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const width = format.bits / 8
  const samples = new Float32Array(bytes.length / width)
  const decode = decoder(view, format)
  for (let index = 0; index < samples.length; index++)
    samples[index] = decode(index * width)
  return samples
}

function decoder(view: DataView, { encoding, bits }: SampleEncoding): (at: number) => number {
  if (encoding === 'float')
    return bits === 32 ? at => view.getFloat32(at, true) : at => view.getFloat64(at, true)
  switch (bits) {
    case 8: return at => (view.getUint8(at) - 128) / 128
    case 16: return at => view.getInt16(at, true) / 2 ** 15
    case 24: return at => (view.getUint16(at, true) | view.getInt8(at + 2) << 16) / 2 ** 23
    default: return at => view.getInt32(at, true) / 2 ** 31
  }
}
