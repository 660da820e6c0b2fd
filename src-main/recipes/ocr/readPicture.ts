import type { Picture } from './picture'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import sharp from 'sharp'
import { systemCode, TrancheError } from '../../contract/errors'
import { detectorSize } from './detect'
import { resize, toRgb } from './resize'

/** A picture ready for `compute`. */
export interface DecodedPicture {
  /** What lines are cut from. */
  readonly picture: Picture
  /** The same scaled for the detector, its sides multiples of 32. */
  readonly small: Picture
  /** Size of the original in pixels, after its EXIF orientation is applied. */
  readonly width: number
  readonly height: number
}

/** sharp's own safe limit: 0x3FFF x 0x3FFF pixels. */
const maxInputPixels = 0x3FFF * 0x3FFF

/** A larger picture is scaled down as it is decoded: at the detector's size its finer print would not be found anyway. */
const maxWorkingPixels = 16_000_000

type Format = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif'
const formatNames = 'PNG, JPEG, WebP, GIF, TIFF or AVIF'

/**
 * Decodes a picture to 8-bit RGB: the first frame, upright by its EXIF orientation, transparency over white.
 * The heavy work happens on sharp's threads.
 *
 * @throws TrancheError `unreadable_input` for a missing, foreign or damaged file, `input_too_large` above `maxInputPixels`.
 */
export async function readPicture(path: string): Promise<DecodedPicture> {
  const name = basename(path)
  await checkFormat(path, name)
  try {
    const { width, height } = await checkSize(path, name)
    return await decode(path, width, height)
  }
  catch (thrown) {
    throw thrown instanceof TrancheError ? thrown : damaged(path, thrown)
  }
}

/** Size of the picture as it is shown. */
async function checkSize(path: string, name: string): Promise<{ width: number, height: number }> {
  const { width, height, autoOrient } = await sharp(path, { limitInputPixels: false }).metadata()
  if (width * height > maxInputPixels) {
    throw new TrancheError('input_too_large', `${name} has ${width} x ${height} pixels (${megapixels(width * height)} megapixels); text recognition accepts up to ${megapixels(maxInputPixels)}. Scale it down or cut it into parts.`, { details: { width, height, maxPixels: maxInputPixels } })
  }
  return autoOrient
}

function megapixels(pixels: number): number {
  return Math.round(pixels / 1e6)
}

async function decode(path: string, width: number, height: number): Promise<DecodedPicture> {
  const scale = Math.min(1, Math.sqrt(maxWorkingPixels / (width * height)))
  const upright = sharp(path, { failOn: 'error', limitInputPixels: maxInputPixels }).autoOrient()
  const fitting = scale < 1
    ? upright.resize(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), { fit: 'fill' })
    : upright
  const picture = await toRgb(fitting.flatten({ background: 'white' }).toColourspace('srgb'))
  const small = await resize(picture, detectorSize(picture.width, picture.height))
  return { picture, small, width, height }
}

/** Looks at the first bytes, so that sharp never opens a format (SVG) that can refer to other files. */
async function checkFormat(path: string, name: string): Promise<void> {
  const format = sniff(await firstBytes(path, name))
  if (format === null)
    throw new TrancheError('unreadable_input', `${name} is not a picture that text recognition reads. Convert it to ${formatNames}.`)
}

async function firstBytes(path: string, name: string): Promise<Buffer> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0)
      return buffer.subarray(0, bytesRead)
    }
    finally {
      await file.close()
    }
  }
  catch (thrown) {
    throw new TrancheError('unreadable_input', `${name} cannot be opened${why(thrown)}.`, { cause: thrown })
  }
}

function why(thrown: unknown): string {
  switch (systemCode(thrown)) {
    case 'ENOENT': return ': there is no such file. Check that it was not moved or deleted'
    case 'EACCES': return ': it may not be read by this user. Change its permissions'
    case 'EISDIR': return ': it is a folder. Choose the pictures in it'
    default: return ` (${systemCode(thrown) ?? String(thrown)})`
  }
}

const signatures: readonly { format: Format, offset: number, bytes: string }[] = [
  { format: 'png', offset: 0, bytes: '\x89PNG\r\n\x1A\n' },
  { format: 'jpeg', offset: 0, bytes: '\xFF\xD8\xFF' },
  { format: 'webp', offset: 8, bytes: 'WEBP' },
  { format: 'gif', offset: 0, bytes: 'GIF8' },
  { format: 'tiff', offset: 0, bytes: 'II*\0' },
  { format: 'tiff', offset: 0, bytes: 'MM\0*' },
  { format: 'tiff', offset: 0, bytes: 'II+\0' },
  { format: 'tiff', offset: 0, bytes: 'MM\0+' },
  { format: 'avif', offset: 4, bytes: 'ftypavif' },
  { format: 'avif', offset: 4, bytes: 'ftypavis' },
  { format: 'avif', offset: 4, bytes: 'ftypmif1' },
]

/** The format by its signature, or null if it is none that is accepted. */
function sniff(head: Buffer): Format | null {
  const text = head.toString('latin1')
  return signatures.find(({ offset, bytes }) => text.startsWith(bytes, offset))?.format ?? null
}

function damaged(path: string, thrown: unknown): TrancheError {
  const name = basename(path)
  const reason = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0].replaceAll(path, name)
  return new TrancheError('unreadable_input', `${name} is damaged or incomplete and cannot be decoded (${reason}). Make or copy the file again.`, { cause: thrown })
}
