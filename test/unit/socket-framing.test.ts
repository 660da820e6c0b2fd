import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeLine, LineSplitter } from '../../src-main/doors/socket/framing'

const text = (frames: readonly { ok: boolean, line?: string }[]) => frames.map(frame => frame.line)

describe('the line splitter', () => {
  it('gives the same messages however the bytes are chunked', () => {
    fc.assert(fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
      const stream = Buffer.concat(messages.map(encodeLine))
      const at = [0, ...cuts.map(cut => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length]
      const splitter = new LineSplitter(1e6)
      const frames = at.slice(1).flatMap((end, i) => splitter.push(stream.subarray(at[i], end)))
      expect(text(frames).map(line => JSON.parse(String(line)))).toEqual(messages.map(message => JSON.parse(JSON.stringify(message))))
    }))
  })

  it('reads a character that is cut in the middle', () => {
    const splitter = new LineSplitter(100)
    const bytes = Buffer.from('"é😀"\n')
    expect(text([...bytes].flatMap(byte => splitter.push(Uint8Array.of(byte))))).toEqual(['"é😀"'])
  })

  it('drops a line that is too long and reads the next', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (excess, chunk) => {
      const splitter = new LineSplitter(10)
      const stream = Buffer.from(`${'x'.repeat(10 + excess)}\nshort\n${'y'.repeat(10)}\n`)
      const frames = []
      for (let from = 0; from < stream.length; from += chunk)
        frames.push(...splitter.push(stream.subarray(from, from + chunk)))
      expect(frames).toEqual([{ ok: false, reason: 'too long' }, { ok: true, line: 'short' }, { ok: true, line: 'y'.repeat(10) }])
    }))
  })

  it('tells of bytes that are not UTF-8', () => {
    expect(new LineSplitter(10).push(Uint8Array.of(0xFF, 0x0A, 0x61, 0x0A))).toEqual([{ ok: false, reason: 'not UTF-8' }, { ok: true, line: 'a' }])
  })

  it('skips empty lines', () => {
    expect(text(new LineSplitter(10).push(Buffer.from('\n\na\n')))).toEqual(['a'])
  })
})
