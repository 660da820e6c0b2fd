import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { parseNpy, writeNpy } from '../../src-main/recipes/tensor/npy'

/** A .npy file by hand: header text, version, then raw bytes. */
function npy(header: string, data: Uint8Array = new Uint8Array(0), major = 1): Uint8Array {
  const text = Buffer.from(`${header}\n`, 'latin1')
  const length = Buffer.alloc(major === 1 ? 2 : 4)
  if (major === 1)
    length.writeUInt16LE(text.length)
  else
    length.writeUInt32LE(text.length)
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.of(major, 0), length, text, data])
}

const header = (descr: string, shape: string, fortran = 'False') => `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`
const bytesOf = (array: { readonly buffer: ArrayBuffer }) => new Uint8Array(array.buffer)
const refusal = (message: RegExp) => expect.objectContaining({ code: 'unreadable_input', message: expect.stringMatching(message) as string }) as Error

describe('.npy files', () => {
  it('are read in versions 1, 2 and 3', () => {
    for (const major of [1, 2, 3])
      expect(parseNpy(npy(header('<i4', '(2, 2)'), bytesOf(Int32Array.of(1, 2, 3, 4)), major), 'x.npy')).toEqual({ dtype: 'int32', shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) })
  })

  it('are read with keys in any order, either quote and Python 2 numbers', () => {
    const text = '{"shape": (2L,), "descr": "<f4", "fortran_order": False}'
    expect(parseNpy(npy(text, bytesOf(Float32Array.of(1, 2))), 'x.npy').shape).toEqual([2])
  })

  it('are turned from Fortran to C order', () => {
    const columns = Int16Array.of(1, 4, 2, 5, 3, 6)
    expect(parseNpy(npy(header('<i2', '(2, 3)', 'True'), bytesOf(columns)), 'x.npy').data).toEqual(Int16Array.of(1, 2, 3, 4, 5, 6))
  })

  it('are turned from big-endian', () => {
    expect(parseNpy(npy(header('>i2', '(2,)'), Uint8Array.of(1, 2, 255, 254)), 'x.npy').data).toEqual(Int16Array.of(258, -2))
    expect(parseNpy(npy(header('>f8', '()'), Uint8Array.of(0x3F, 0xF8, 0, 0, 0, 0, 0, 0)), 'x.npy').data).toEqual(Float64Array.of(1.5))
  })

  it('are written as NumPy writes them: version 1, data on a multiple of 64', () => {
    const bytes = writeNpy({ dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) })
    expect(Buffer.from(bytes.subarray(0, 8)).toString('latin1')).toBe('\x93NUMPY\x01\0')
    expect(Buffer.from(bytes.subarray(10, -3)).toString('latin1')).toMatch(/^\{'descr': '\|b1', 'fortran_order': False, 'shape': \(3,\), \} *\n$/)
    expect([...bytes.subarray(-3)]).toEqual([1, 0, 1])
    expect((bytes.length - 3) % 64).toBe(0)
  })

  it.each([
    ['no .npy file', Buffer.from('hello'), /is not a \.npy file/],
    ['one cut in its header', npy(header('<f4', '(1,)')).subarray(0, 20), /cut short inside its header/],
    ['a version to come', npy(header('<f4', '(1,)'), new Uint8Array(4), 9), /version 9/],
    ['too little data', npy(header('<f4', '(2,)'), new Uint8Array(7)), /needs 8 bytes of data, but holds 7\. It is cut short/],
    ['too much data', npy(header('<f4', '(2,)'), new Uint8Array(9)), /needs 8 bytes of data, but holds 9/],
    ['a shape that overflows', npy(header('<f4', '(4294967296, 4294967296, 4294967296)')), /impossibly large/],
    ['an overflow hidden behind an empty axis', npy(header('<f4', '(4294967296, 4294967296, 0)')), /impossibly large/],
    ['a negative shape', npy(header('<f4', '(-1,)')), /not a tuple of whole numbers/],
    ['a shape that is code', npy(header('<f4', '(__import__("os").system("id"),)')), /cannot be understood|not a tuple/],
    ['Python objects', npy(header('|O', '(1,)'), new Uint8Array(8)), /Python objects, which are never loaded/],
    ['records', npy('{\'descr\': [(\'a\', \'<f4\')], \'fortran_order\': False, \'shape\': (1,), }', new Uint8Array(4)), /records with several fields/],
    ['text', npy(header('<U5', '(1,)'), new Uint8Array(20)), /elements of type "<U5"/],
    ['complex numbers', npy(header('<c8', '(1,)'), new Uint8Array(8)), /elements of type "<c8"/],
    ['a key twice', npy('{\'descr\': \'<f4\', \'descr\': \'<f8\', \'fortran_order\': False, \'shape\': (1,), }'), /cannot be understood/],
    ['a key too many', npy('{\'descr\': \'<f4\', \'fortran_order\': False, \'shape\': (1,), \'more\': 1}'), /exactly descr, fortran_order and shape/],
    ['a header without end', Buffer.concat([Buffer.from('\x93NUMPY\x02\0', 'latin1'), Buffer.of(255, 255, 255, 255), Buffer.alloc(64)]), /header of 4294967295 bytes/],
    ['65 axes', npy(header('<f4', `(${'1,'.repeat(65)})`), new Uint8Array(4)), /not a tuple/],
    ['booleans of another value', npy(header('|b1', '(1,)'), Uint8Array.of(2)), /neither 0 nor 1/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseNpy(bytes, 'x.npy')).toThrow(refusal(message))
  })
})
