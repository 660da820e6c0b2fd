import type { CallInput } from '../../contract/calls'
import type { RecipeId } from '../../contract/model'
import type { LineOptions } from './lineOptions'
import type { NeedOptions } from './needOptions'
import type { RunOptions } from './runOptions'
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { TrancheError } from '../../contract/errors'
import { inputNouns } from './jobReport'
import { toLineInput } from './lineOptions'
import { modelReference } from './modelReference'
import { toNeed } from './needOptions'
import { toRunInput } from './runOptions'

export interface SubmitOptions extends NeedOptions, RunOptions, LineOptions {
  readonly recipe: RecipeId
  readonly model?: string
  readonly input?: readonly string[]
  readonly slice?: string
  readonly device?: string
  readonly out?: string
  readonly param?: readonly string[]
  readonly synthetic?: number
}

/**
 * What was typed as what the lab is asked: paths absolute, mistakes named before anything is queued.
 *
 * @throws TrancheError `invalid_input` or `not_found`
 */
export function toSubmitInput(options: SubmitOptions, cwd: string): CallInput<'jobs.submit'> {
  const { recipe, input = [], model, slice, device, out, param = [], synthetic } = options
  if (input.length === 0 && recipe !== 'tensor')
    throw wrong(`The recipe ${recipe} needs ${inputNouns[recipe]}s: --input FILE...`)
  if (synthetic !== undefined && (recipe !== 'tensor' || input.length > 0))
    throw wrong('--synthetic makes up the inputs of the recipe tensor; it goes with no other recipe, and not with --input.')
  const need = toNeed(options)
  const { params: set, ...how } = toRunInput(options)
  const params = { ...set, ...Object.fromEntries(param.map(parseParam)) }
  return {
    recipe,
    inputs: input.map(path => inputPath(path, recipe, cwd)),
    ...model !== undefined && { model: modelReference(model, cwd) },
    ...synthetic !== undefined && { synthetic },
    ...slice !== undefined && { profile: slice },
    ...device !== undefined && { device },
    ...need && { need },
    ...out !== undefined && { outDir: outFolder(out, cwd) },
    ...Object.keys(params).length > 0 && { params },
    ...how,
    ...toLineInput(options),
  }
}

function inputPath(given: string, recipe: RecipeId, cwd: string): string {
  const path = resolve(cwd, given)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats)
    throw new TrancheError('not_found', `There is no file ${path}. Nothing was submitted.`)
  if (stats.isDirectory() && recipe !== 'tensor' && recipe !== 'verify')
    throw wrong(`${path} is a folder. Name the ${inputNouns[recipe]}s in it: --input ${join(given, '*')}`)
  return path
}

/** The folder that gets results. Throws `invalid_input` where that is a file. */
export function outFolder(given: string, cwd: string): string {
  const path = resolve(cwd, given)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false)
    throw wrong(`${path} is a file. --out names the folder that gets the results.`)
  return path
}

/** `seed=3` gives a number, `dims={"batch":4}` an object, `format=npy` a string. */
export function parseParam(given: string): [string, unknown] {
  const at = given.indexOf('=')
  if (at <= 0)
    throw wrong(`--param takes NAME=VALUE, for example --param seed=3; ${JSON.stringify(given)} is not that.`)
  const [name, value] = [given.slice(0, at), given.slice(at + 1)]
  try {
    return [name, JSON.parse(value)]
  }
  catch {
    return [name, value]
  }
}

function wrong(message: string): TrancheError {
  return new TrancheError('invalid_input', message)
}
