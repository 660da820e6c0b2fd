import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { cliPath } from '../helpers/cliProcess'

/** Everything that a built file loads before its first line runs, packages by their name. */
function loadedAtStart(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path))
    return seen
  seen.add(path)
  for (const [, from] of readFileSync(path, 'utf8').matchAll(/^(?:import|export)\b[^;"']*["']([^"']+)["']/gm)) {
    if (from.startsWith('.'))
      loadedAtStart(resolve(dirname(path), from), seen)
    else
      seen.add(from)
  }
  return seen
}

it('the command line starts without what only a lab needs', () => {
  const packages = [...loadedAtStart(cliPath)].filter(name => !name.startsWith('/') && !name.startsWith('node:'))
  expect(packages.sort()).toEqual(['commander', 'zod'])
})
