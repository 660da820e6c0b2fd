import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { capture } from '../lib/child.mjs'
import { SetupFailure } from '../lib/failure.mjs'
import { writeWhole } from '../lib/files.mjs'
import { cacheRoot, inCache, inRepo, repoRoot } from '../lib/paths.mjs'

/** Written when all default models are there; another catalog asks again. */
function stamp() {
  const folder = inRepo('resources', 'catalog')
  const hash = createHash('sha256')
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    if (name.endsWith('.json'))
      hash.update(name).update(readFileSync(join(folder, name)))
  }
  return inCache('models', `.complete-${hash.digest('hex').slice(0, 16)}`)
}

/**
 * One line of the prefetch program: `{"progress": 0..1, "text": "..."}`.
 *
 * @param {string} line
 * @returns {{progress: number, text: string} | undefined} nothing for any other line
 */
export function parseProgress(line) {
  try {
    const { progress, text } = JSON.parse(line)
    return typeof progress === 'number' ? { progress, text: String(text ?? '') } : undefined
  }
  catch {
    return undefined
  }
}

/** @type {import('../lib/steps.mjs').Step} */
export const models = {
  name: 'models',
  needed: () => !existsSync(stamp()),
  run: async (progress) => {
    /** @type {string[]} */
    const talk = []
    const { code } = await capture(process.execPath, [inRepo('out', 'main', 'prefetch.js')], {
      cwd: repoRoot,
      env: { ...process.env, TRANCHE_CACHE: cacheRoot() },
      onLine: (line) => {
        const told = parseProgress(line)
        if (told)
          progress.update(told.text, told.progress)
        else
          talk.push(line)
      },
    })
    if (code !== 0)
      throw new SetupFailure('the default models could not be fetched', 'check the network (npm ping shows whether npm reaches its registry), then run the same command again', talk.join('\n'))
    writeWhole(stamp(), '')
  },
}
