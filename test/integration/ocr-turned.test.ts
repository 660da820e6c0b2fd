import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { characterErrors } from '../helpers/characterErrors'
import { openOcr, samples, textOf, truthOf } from '../helpers/ocr'
import { tempDir } from '../helpers/tempDir'

const words = [
  { text: 'Alpha 17', x: 60, y: 90, size: 30 },
  { text: 'Second line of the page', x: 60, y: 180, size: 24 },
  { text: 'right', x: 560, y: 180, size: 24 },
  { text: 'The last words are here.', x: 60, y: 300, size: 34 },
]
const page = { width: 720, height: 360 }
let folder = ''
let read: Awaited<ReturnType<typeof openOcr>>

function draw(shown: typeof words) {
  const texts = shown.map(({ text, x, y, size }) => `<text x="${x}" y="${y}" font-family="DejaVu Sans" font-size="${size}">${text}</text>`)
  return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${page.width}" height="${page.height}"><rect width="100%" height="100%" fill="white"/>${texts.join('')}</svg>`)).removeAlpha()
}

/** Where a word's ink lies, by drawing it alone and trimming the white. */
async function inkOf(word: typeof words[number]) {
  const { info } = await draw([word]).png().toBuffer().then(png => sharp(png).trim({ background: 'white', threshold: 60 }).toBuffer({ resolveWithObject: true }))
  const [left, top] = [-(info.trimOffsetLeft ?? 0), -(info.trimOffsetTop ?? 0)]
  return { left, top, right: left + info.width, bottom: top + info.height }
}

beforeAll(async () => {
  read = await openOcr()
}, 300_000)

beforeEach(() => {
  folder = tempDir()
})

describe('the boxes', () => {
  it('lie over the words, close around them', async () => {
    const path = join(folder, 'words.png')
    await draw(words).toFile(path)
    const { lines } = await read(path)
    expect(lines.map(line => line.text)).toEqual(words.map(word => word.text))
    for (const [i, word] of words.entries()) {
      const ink = await inkOf(word)
      const [[left, top], , [right, bottom]] = lines[i].box
      const slack = word.size * 0.6
      expect(left).toBeGreaterThan(ink.left - slack)
      expect(left).toBeLessThan(ink.left + 4)
      expect(top).toBeGreaterThan(ink.top - slack)
      expect(top).toBeLessThan(ink.top + 4)
      expect(right).toBeGreaterThan(ink.right - 4)
      expect(right).toBeLessThan(ink.right + slack)
      expect(bottom).toBeGreaterThan(ink.bottom - 4)
      expect(bottom).toBeLessThan(ink.bottom + slack)
      expect(lines[i].score).toBeGreaterThan(0.85)
    }
  })

  it.each([90, 180, 270])('start at the top-left of the text when the picture is turned by %d degrees', async (degrees) => {
    const path = join(folder, `turned-${degrees}.png`)
    await draw(words).png().toBuffer().then(png => sharp(png).rotate(degrees).toFile(path))
    const { lines } = await read(path)
    expect(lines.map(line => line.text)).toEqual(words.map(word => word.text))
    const [x, y] = [60, 90 - 22]
    const start = degrees === 90 ? [page.height - y, x] : degrees === 180 ? [page.width - x, page.height - y] : [y, page.width - x]
    expect(Math.hypot(lines[0].box[0][0] - start[0], lines[0].box[0][1] - start[1])).toBeLessThan(25)
  })

  it('are in pixels of the picture as it is shown when EXIF turns it', async () => {
    const [plain, turned] = [join(folder, 'plain.jpg'), join(folder, 'exif.jpg')]
    await draw(words).jpeg({ quality: 95 }).toFile(plain)
    await sharp(plain).rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toFile(turned)
    const [a, b] = [await read(plain), await read(turned)]
    expect(textOf(b)).toBe(textOf(a))
    expect(Math.abs(a.lines[3].box[2][0] - b.lines[3].box[2][0])).toBeLessThan(6)
    expect(Math.abs(a.lines[3].box[2][1] - b.lines[3].box[2][1])).toBeLessThan(6)
  })
})

describe('turned pages', () => {
  it.each([-8, 3, 90, 177, 180, 266])('a receipt turned by %d degrees is read', async (degrees) => {
    const source = join(samples, 'receipt.png')
    const path = join(folder, `receipt-${degrees}.png`)
    await sharp(source).rotate(degrees, { background: '#5b4a3d' }).toFile(path)
    const { errors, characters } = characterErrors(textOf(await read(path)), truthOf(source))
    expect(errors / characters).toBeLessThan(0.04)
  })

  it('one line on its head among upright ones is read', async () => {
    const path = join(folder, 'mixed.png')
    const upsideDown = await draw([words[3]]).png().toBuffer().then(png => sharp(png).extract({ left: 40, top: 250, width: 640, height: 80 }).rotate(180).toBuffer())
    await sharp(await draw(words.slice(0, 3)).png().toBuffer()).composite([{ input: upsideDown, left: 40, top: 250 }]).toFile(path)
    expect((await read(path)).lines.map(line => line.text)).toContain(words[3].text)
  })
})
