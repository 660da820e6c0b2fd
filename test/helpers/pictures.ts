import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { repoRoot } from './serve'

/** Cuts `count` small, different pictures of a few printed lines out of the rendered documents. Returns their paths. */
export async function cutPictures(folder: string, count: number): Promise<string[]> {
  const documents = join(repoRoot, 'test', 'fixtures', 'documents')
  const sources = readdirSync(documents).filter(file => file.endsWith('.png')).sort()
  mkdirSync(folder, { recursive: true })
  return Promise.all(Array.from({ length: count }, async (_, index) => {
    const source = sharp(join(documents, sources[index % sources.length]))
    const { width = 0, height = 0 } = await source.metadata()
    const top = 40 + Math.floor(index / sources.length) * 60 % Math.max(1, height - 200)
    const path = join(folder, `picture-${String(index).padStart(2, '0')}.png`)
    await source.extract({ left: 40, top, width: Math.min(480, width - 40), height: 120 }).toFile(path)
    return path
  }))
}
