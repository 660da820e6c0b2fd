import { Buffer } from 'node:buffer'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import { ocr } from '../../src-main/recipes/ocr'
import { readPicture } from '../../src-main/recipes/ocr/readPicture'
import { samples } from '../helpers/ocr'
import { tempDir } from '../helpers/tempDir'

let folder = ''
const at = (name: string) => join(folder, name)

/** A PNG whose header claims the size; its pixels are missing. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(data.length, 0)
    ends.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1A\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(100))), chunk('IEND', Buffer.alloc(0))])
}

const plain = () => sharp({ create: { width: 40, height: 20, channels: 3, background: { r: 200, g: 100, b: 50 } } })

beforeEach(() => {
  folder = tempDir()
})

describe('bad pictures', () => {
  it.each([
    ['notes.png', Buffer.from('This is no picture.'), /notes\.png is not a picture.*Convert it to PNG/],
    ['empty.jpg', Buffer.alloc(0), /empty\.jpg is not a picture/],
    ['drawing.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /drawing\.svg is not a picture/],
    ['drawing.png', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /drawing\.png is not a picture/],
    ['truncated.png', readFileSync(join(samples, 'receipt.png')).subarray(0, 9000), /truncated\.png is damaged or incomplete/],
    ['header.png', readFileSync(join(samples, 'receipt.png')).subarray(0, 20), /header\.png is damaged or incomplete/],
    ['hollow.png', pngOf(900, 900), /hollow\.png is damaged or incomplete/],
  ])('%s cannot be read', async (name, bytes, message) => {
    writeFileSync(at(name), bytes)
    await expect(readPicture(at(name))).rejects.toMatchObject({ name: 'TrancheError', code: 'unreadable_input', message: expect.stringMatching(message) })
  })

  it('a truncated JPEG cannot be read', async () => {
    const jpeg = await sharp(join(samples, 'receipt.png')).jpeg().toBuffer()
    writeFileSync(at('truncated.jpg'), jpeg.subarray(0, jpeg.length / 2))
    await expect(readPicture(at('truncated.jpg'))).rejects.toMatchObject({ code: 'unreadable_input' })
  })

  it('a missing file and a folder cannot be read', async () => {
    await expect(readPicture(at('gone.png'))).rejects.toMatchObject({ code: 'unreadable_input', message: expect.stringMatching(/gone\.png.*no such file/) })
    mkdirSync(at('folder.png'))
    await expect(readPicture(at('folder.png'))).rejects.toMatchObject({ code: 'unreadable_input', message: expect.stringMatching(/folder\.png.*is a folder/) })
  })

  it.skipIf(process.getuid?.() === 0)('a file without permission cannot be read', async () => {
    await plain().toFile(at('secret.png'))
    chmodSync(at('secret.png'), 0)
    await expect(readPicture(at('secret.png'))).rejects.toMatchObject({ code: 'unreadable_input', message: expect.stringMatching(/permissions/) })
  })

  it('30,000 x 30,000 pixels are too many, and the message says how many are not', async () => {
    writeFileSync(at('huge.png'), pngOf(30_000, 30_000))
    await expect(readPicture(at('huge.png'))).rejects.toMatchObject({
      code: 'input_too_large',
      message: 'huge.png has 30000 x 30000 pixels (900 megapixels); text recognition accepts up to 268. Scale it down or cut it into parts.',
    })
  })
})

describe('unusual pictures', () => {
  it.each([
    ['gray.png', () => plain().grayscale().png()],
    ['deep.png', () => plain().toColourspace('rgb16').png()],
    ['deep-gray.png', () => plain().toColourspace('grey16').png()],
    ['cmyk.jpg', () => plain().toColourspace('cmyk').jpeg()],
    ['palette.png', () => plain().png({ palette: true })],
    ['picture.webp', () => plain().webp()],
    ['picture.gif', () => plain().gif()],
    ['picture.tiff', () => plain().tiff()],
    ['picture.avif', () => plain().avif()],
  ])('%s becomes 8-bit RGB', async (name, make) => {
    await make().toFile(at(name))
    const { picture, small, width, height } = await readPicture(at(name))
    expect([width, height, picture.width, picture.height]).toEqual([40, 20, 40, 20])
    expect(picture.pixels).toHaveLength(40 * 20 * 3)
    expect(small.width % 32 + small.height % 32).toBe(0)
    expect(small.pixels).toHaveLength(small.width * small.height * 3)
    const [red, green, blue] = picture.pixels
    if (!name.includes('gray'))
      expect(red > green && green > blue).toBe(true)
  })

  it('transparency becomes white', async () => {
    await sharp({ create: { width: 10, height: 10, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).png().toFile(at('clear.png'))
    expect([...(await readPicture(at('clear.png'))).picture.pixels.subarray(0, 3)]).toEqual([255, 255, 255])
  })

  it.each(['gif', 'webp'] as const)('of an animated %s the first frame counts', async (format) => {
    const frames = await Promise.all(['#ff0000', '#0000ff'].map(background => sharp({ create: { width: 30, height: 20, channels: 3, background } }).png().toBuffer()))
    await sharp(frames, { join: { animated: true } }).toFormat(format, { delay: [100, 100] }).toFile(at(`moving.${format}`))
    const { picture } = await readPicture(at(`moving.${format}`))
    expect([picture.width, picture.height]).toEqual([30, 20])
    expect(picture.pixels[0]).toBeGreaterThan(200)
    expect(picture.pixels[2]).toBeLessThan(60)
  })

  it.each([[1, 1], [4000, 3], [3, 4000], [20_000, 40]])('%d x %d pixels fit the detector', async (width, height) => {
    const path = at(`${width}x${height}.png`)
    await sharp({ create: { width, height, channels: 3, background: 'white' } }).png().toFile(path)
    const { small } = await readPicture(path)
    expect(Math.min(small.width, small.height)).toBeGreaterThanOrEqual(32)
    expect(small.width * small.height).toBeLessThan(1_500_000)
  })

  it('a large picture is scaled down for work and keeps its own size in the result', async () => {
    await sharp({ create: { width: 8000, height: 4000, channels: 3, background: 'white' } }).jpeg().toFile(at('large.jpg'))
    const { picture, width, height } = await readPicture(at('large.jpg'))
    expect([width, height]).toEqual([8000, 4000])
    expect(picture.width * picture.height).toBeLessThan(17_000_000)
    expect(picture.width / picture.height).toBeCloseTo(2, 2)
  })
})

describe('the recipe', () => {
  it('refuses a model that lacks a role before it loads anything', async () => {
    const opening = ocr.open({ files: {}, params: {}, threads: 1, memoryMiB: 16_384, session: () => Promise.reject(new Error('loaded')), log: () => {} })
    await expect(opening).rejects.toMatchObject({ code: 'bad_model', message: expect.stringContaining('dictionary') })
  })
})
