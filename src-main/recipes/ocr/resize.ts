import type { Sharp } from 'sharp'
import type { Picture } from './picture'
import sharp from 'sharp'

/** The picture at another size, on sharp's threads; the same one if the size is its own. */
export async function resize(picture: Picture, size: { readonly width: number, readonly height: number }): Promise<Picture> {
  if (size.width === picture.width && size.height === picture.height)
    return picture
  const { pixels, width, height } = picture
  return toRgb(sharp(pixels, { raw: { width, height, channels: 3 } }).resize(size.width, size.height, { fit: 'fill', kernel: 'linear' }))
}

/** The pixels of an image that is gray or RGB by now. */
export async function toRgb(image: Sharp): Promise<Picture> {
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  return { pixels: info.channels === 3 ? data : grayToRgb(data, info.channels), width: info.width, height: info.height }
}

function grayToRgb(data: Uint8Array, channels: number): Uint8Array {
  const pixels = new Uint8Array(data.length / channels * 3)
  for (let i = 0, p = 0; i < data.length; i += channels, p += 3)
    pixels[p] = pixels[p + 1] = pixels[p + 2] = data[i]
  return pixels
}
