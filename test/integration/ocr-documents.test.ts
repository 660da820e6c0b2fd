import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { characterErrors } from '../helpers/characterErrors'
import { documents, openOcr, samples, textOf, truthOf } from '../helpers/ocr'

let read: Awaited<ReturnType<typeof openOcr>>

beforeAll(async () => {
  read = await openOcr()
}, 300_000)

describe('the eight documents', () => {
  it('are read with at most 1 wrong character in 1000, spaces aside', async () => {
    const names = readdirSync(documents).filter(name => name.endsWith('.png'))
    expect(names).toHaveLength(8)
    let errors = 0
    let characters = 0
    for (const name of names) {
      const path = join(documents, name)
      const found = characterErrors(textOf(await read(path)), truthOf(path))
      expect(found.errors / found.characters, name).toBeLessThan(0.01)
      errors += found.errors
      characters += found.characters
    }
    expect(errors / characters).toBeLessThanOrEqual(0.001)
  }, 300_000)

  it('keep the words apart', async () => {
    const path = join(documents, 'letter.png')
    expect(textOf(await read(path)).trim().split(/\s+/)).toEqual(truthOf(path).trim().split(/\s+/))
  })
})

describe('the samples', () => {
  it.each(['receipt', 'rack-label', 'delivery-note'])('%s is read', async (name) => {
    const path = join(samples, `${name}.png`)
    const { errors, characters } = characterErrors(textOf(await read(path)), truthOf(path))
    expect(errors / characters).toBeLessThan(0.02)
  })

  it('dashboard is read, in whatever order its cards stand', async () => {
    const path = join(samples, 'dashboard.png')
    const found = (await read(path)).lines.map(line => line.text.replaceAll(' ', ''))
    const cells = truthOf(path).trim().split(/\n| {2}/).map(cell => cell.replaceAll(' ', ''))
    expect(cells.filter(cell => !found.includes(cell)).length).toBeLessThanOrEqual(1)
  })

  it('landscape has no text', async () => {
    expect(await read(join(samples, 'landscape.png'))).toEqual({ lines: [] })
  })
})
