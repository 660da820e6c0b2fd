import { Buffer } from 'node:buffer'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packName, parsePlace, placeText } from '../../src-main/runtime/results/place'
import { encodeRecord } from '../../src-main/runtime/results/record'
import { createPack } from '../../src-main/runtime/worker/writer/pack'
import { readPacked, trimPacks, unpack } from '../../src-main/scheduler/packs'
import { tempDir } from '../helpers/tempDir'

const files = fc.uniqueArray(fc.record({ name: fc.stringMatching(/^[a-z]{1,8}\.npy$/), bytes: fc.uint8Array({ maxLength: 200 }) }), { selector: ({ name }) => name, maxLength: 3 })
const outputs = fc.array(fc.record({ result: fc.jsonValue().map(value => JSON.parse(JSON.stringify(value)) as unknown), files }), { minLength: 1, maxLength: 6 })

type Outputs = typeof outputs extends fc.Arbitrary<infer T> ? T : never

/** Writes them under epoch 3, a group for each. Returns their places as text. */
function packed(folder: string, given: Outputs): string[] {
  const pack = createPack(folder, 3)
  const places = given.map((output, index) => {
    const { pieces, bytes, withFiles } = encodeRecord(index, output)
    return placeText({ epoch: 3, at: pack.append(Buffer.concat(pieces)), bytes, withFiles })
  })
  pack.close()
  return places
}

let next = 0

describe('results in a pack', () => {
  it('come back as they were, as JSON and as files', async () => {
    const folder = tempDir()
    await fc.assert(fc.asyncProperty(outputs, async (given) => {
      const out = tempDirIn(folder)
      const places = packed(out, given)
      for (const [index, { result, files }] of given.entries()) {
        const one = { folder: out, index, place: places[index] }
        expect(await readPacked(one)).toEqual(result)
        const target = join(out, `unpacked-${index}`)
        await unpack(one, target)
        expect(JSON.parse(readFileSync(files.length > 0 ? join(target, 'result.json') : target, 'utf8'))).toEqual(result)
        for (const { name, bytes } of files)
          expect(new Uint8Array(readFileSync(join(target, name)))).toEqual(bytes)
        expect(statSync(target).isDirectory() ? readdirSync(target).length : 1).toBe(files.length + 1)
      }
    }), { numRuns: 50 })
  })

  it('are refused rather than given wrong, whichever byte the disk changes or however much it loses', async () => {
    const folder = tempDir()
    await fc.assert(fc.asyncProperty(outputs, fc.nat(), fc.nat({ max: 254 }), fc.boolean(), async (given, where, change, isCut) => {
      const out = tempDirIn(folder)
      const places = packed(out, given)
      const path = join(out, packName(3))
      const bytes = readFileSync(path)
      const at = where % bytes.length
      bytes[at] ^= change + 1
      if (isCut)
        truncateSync(path, at)
      else
        writeFileSync(path, bytes)
      for (const [index, { result }] of given.entries()) {
        const place = parsePlace(places[index])
        const isHurt = place !== null && at < place.at + place.bytes && (isCut || at >= place.at)
        const unpacking = unpack({ folder: out, index, place: places[index] }, join(out, `unpacked-${index}`))
        if (isHurt) {
          await expect(unpacking).rejects.toMatchObject({ code: 'state_damaged' })
        }
        else {
          await unpacking
          expect(await readPacked({ folder: out, index, place: places[index] })).toEqual(result)
        }
      }
    }), { numRuns: 100 })
  })

  it('stay when what a dying worker left behind them is given back, whole record or torn', async () => {
    const folder = tempDir()
    await fc.assert(fc.asyncProperty(outputs, fc.nat(), fc.uint8Array({ maxLength: 50 }), async (given, kept, torn) => {
      const out = tempDirIn(folder)
      const places = packed(out, given).slice(0, 1 + kept % given.length)
      appendFileSync(join(out, packName(3)), torn)
      await trimPacks(out, places)
      const last = parsePlace(places[places.length - 1])
      expect(statSync(join(out, packName(3))).size).toBe((last?.at ?? 0) + (last?.bytes ?? 0))
      for (const [index, place] of places.entries())
        expect(await readPacked({ folder: out, index, place })).toEqual(given[index].result)
    }), { numRuns: 50 })
  })

  it('are never taken for those of another input', async () => {
    const folder = tempDir()
    const [place] = packed(folder, [{ result: 1, files: [] }])
    await expect(readPacked({ folder, index: 1, place })).rejects.toMatchObject({ code: 'state_damaged' })
  })
})

function tempDirIn(folder: string): string {
  const path = join(folder, String(next++))
  mkdirSync(path)
  return path
}
