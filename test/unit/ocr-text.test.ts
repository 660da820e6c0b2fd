import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchRules, planBatches } from '../../src-main/recipes/ocr/batches'
import { decodeCtc, parseDictionary } from '../../src-main/recipes/ocr/ctc'
import { halfWidth } from '../../src-main/recipes/ocr/halfWidth'
import { settleLookalikes } from '../../src-main/recipes/ocr/lookalikes'

const alphabet = parseDictionary('a\nb\nc')
const { characters } = alphabet

/** Steps of a line: each names its best class and that class's probability; the rest is shared evenly. */
function steps(...best: [number, number][]) {
  return Float32Array.from(best.flatMap(([at, p]) => characters.map((_, i) => i === at ? p : (1 - p) / (characters.length - 1))))
}

describe('the dictionary', () => {
  it('has the blank first and the space last, whatever ends the file', () => {
    for (const file of ['a\nb\nc', 'a\nb\nc\n', 'a\r\nb\r\nc\r\n'])
      expect(parseDictionary(file).characters).toEqual(['', 'a', 'b', 'c', ' '])
  })
})

describe('ctc decoding', () => {
  it('merges repeats, drops blanks, and keeps a letter that a blank separates', () => {
    const line = steps([1, 0.9], [1, 0.9], [0, 0.8], [1, 0.7], [2, 0.9], [0, 0.9])
    expect(decodeCtc(line, 5, alphabet).text).toBe('aab')
  })

  it('scores by the mean probability of the characters that count', () => {
    expect(decodeCtc(steps([1, 0.9], [0, 0.6], [2, 0.5]), 5, alphabet).score).toBeCloseTo(0.7)
  })

  it('finds the best class where none reaches a half', () => {
    expect(decodeCtc(steps([3, 0.3], [0, 0.9], [2, 0.4]), 5, alphabet).text).toBe('cb')
  })

  it('keeps spaces between words and trims the ends', () => {
    expect(decodeCtc(steps([4, 0.9], [1, 0.9], [4, 0.9], [2, 0.9], [4, 0.9]), 5, alphabet).text).toBe('a b')
  })

  it('gives nothing for blanks only and for no steps', () => {
    expect(decodeCtc(steps([0, 0.9], [0, 0.9]), 5, alphabet)).toEqual({ text: '', score: 0 })
    expect(decodeCtc(new Float32Array(0), 5, alphabet)).toEqual({ text: '', score: 0 })
  })

  it('agrees with the textbook way of doing it', () => {
    const line = fc.array(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 5, maxLength: 5 }), { maxLength: 30 })
    fc.assert(fc.property(line, (rows) => {
      const normal = rows.map(row => row.map(p => p / row.reduce((a, b) => a + b)))
      const best = normal.map(row => row.indexOf(Math.max(...row)))
      const expected = best.filter((c, i) => c !== best[i - 1]).map(c => characters[c]).join('').trim()
      expect(decodeCtc(Float32Array.from(normal.flat()), 5, alphabet).text).toBe(expected)
    }))
  })
})

describe('characters that look alike', () => {
  /** The text, with what the recogniser thought of other characters at some positions. */
  const settled = (text: string, doubts: Record<number, Record<string, number>> = {}) =>
    settleLookalikes([...text].map((character, i) => ({ character, probabilityOf: (other: string) => doubts[i]?.[other] ?? 0 })))

  it('are settled by their neighbours where the recogniser doubted', () => {
    expect(settled('ERR0R', { 3: { O: 0.2 } })).toBe('ERROR')
    expect(settled('1 x 0range', { 4: { O: 0.4, o: 0.1 } })).toBe('1 x Orange')
    expect(settled('c0de', { 1: { O: 0.3, o: 0.2 } })).toBe('code')
    expect(settled('4O4', { 1: { 0: 0.3 } })).toBe('404')
    expect(settled('PCle', { 2: { I: 0.08 } })).toBe('PCIe')
    expect(settled('wARN', { 0: { W: 0.2 } })).toBe('WARN')
  })

  it('stay as they are where it was sure, or the neighbours leave it open', () => {
    expect(settled('vRAM', { 0: { V: 0.001 } })).toBe('vRAM')
    expect(settled('total 0', { 6: { O: 0.4 } })).toBe('total 0')
    expect(settled('0x7f', { 0: { O: 0.01 } })).toBe('0x7f')
    expect(settled('80 GB', { 1: { O: 0.4 } })).toBe('80 GB')
    expect(settled('Clean', { 1: { I: 0.4 } })).toBe('Clean')
  })

  it('at the end of a word in capitals are a letter only in words that end so', () => {
    expect(settled('INF0 ready, GPU0 too')).toBe('INFO ready, GPU0 too')
    expect(settled('INFO0 INF01')).toBe('INFO0 INF01')
  })
})

describe('full-width punctuation', () => {
  it('becomes ASCII in a Latin line and stays in a Chinese one', () => {
    expect(halfWidth('f（a，b）：42％')).toBe('f(a,b):42%')
    expect(halfWidth('你好，世界！')).toBe('你好，世界！')
  })
})

describe('batches of lines', () => {
  const widths = fc.array(fc.integer({ min: 16, max: 4096 }), { maxLength: 80 })

  it('hold every line once, each within its width and the limits', () => {
    fc.assert(fc.property(widths, (lines) => {
      const batches = planBatches(lines)
      expect(batches.flatMap(batch => batch.members).sort((a, b) => a - b)).toEqual(lines.map((_, i) => i))
      for (const { members, width } of batches) {
        expect(width % batchRules.widthStep).toBe(0)
        expect(members.every(line => lines[line] <= width)).toBe(true)
        expect(members.length).toBeLessThanOrEqual(batchRules.maxLines)
        if (members.length > 1)
          expect(members.length * width).toBeLessThanOrEqual(batchRules.maxPixels)
      }
    }))
  })

  it('do not pad a short line to the width of a long one', () => {
    expect(planBatches([600, 100]).map(batch => batch.members)).toEqual([[0], [1]])
  })

  it('are none for no lines', () => {
    expect(planBatches([])).toEqual([])
  })
})
