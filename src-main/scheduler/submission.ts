import type { LabCapacity } from '../broker/capacity'
import type { SliceRequest } from '../broker/planRequest'
import type { CallParsed } from '../contract/calls'
import type { RecipeId } from '../contract/model'
import { stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { checkRequest, isEligible, partOf, serves, wordsOf } from '../broker/planRequest'
import { systemCode, TrancheError } from '../contract/errors'
import { checkParams } from '../recipes/checkParams'

export type Submission = CallParsed<'jobs.submit'>

export interface CatalogNames {
  /** The entry a recipe uses unless told otherwise; null if it has none. */
  readonly defaultModel: (recipe: RecipeId) => string | null
  /** Recipe of an entry; null if there is no such entry. */
  readonly recipeOf: (model: string) => RecipeId | null
  readonly ids: () => readonly string[]
  /** Memory that a model needs at least, in MiB; null where it is not here yet, or does not say. */
  readonly leastMiB: (model: string, params: Readonly<Record<string, unknown>>) => Promise<number | null>
}

/** Checks all of a submission that can be checked before it is accepted. Returns the model it will use, and what that needs. */
export async function checkSubmission(submission: Submission, capacity: LabCapacity, catalog: CatalogNames): Promise<{ readonly model: string, readonly leastMiB: number | null }> {
  checkSlice(submission, capacity)
  checkParams(submission.recipe, submission.params ?? {})
  if (submission.inputs.length === 0 && submission.recipe !== 'tensor')
    throw new TrancheError('invalid_input', `The recipe ${submission.recipe} needs at least one input file.`)
  if (submission.serving && (submission.recipe !== 'tensor' || submission.inputs.length > 0 || submission.synthetic !== undefined))
    throw new TrancheError('invalid_input', 'A served model answers requests instead of working through inputs: give a model and the recipe tensor alone.')
  if (submission.inputs.length > 0 && submission.synthetic !== undefined)
    throw new TrancheError('invalid_input', 'Give either input files or a number of synthetic inputs, not both.')
  if (submission.outDir !== undefined && !isAbsolute(submission.outDir))
    throw new TrancheError('invalid_input', `The folder for results must be an absolute path: ${submission.outDir}`)
  const model = await checkModel(submission, catalog)
  for (const input of submission.inputs)
    await checkInput(input, submission.recipe, model)
  const leastMiB = await catalog.leastMiB(model, submission.params ?? {})
  checkMemory(submission, capacity, leastMiB)
  return { model, leastMiB }
}

/** Refuses what could never run: no slice that was asked for holds the model. */
function checkMemory(submission: Submission, { slices, pools }: LabCapacity, leastMiB: number | null): void {
  const request = requestOf(submission)
  const meant = slices.filter(slice => serves(slice, request))
  const parts = pools.flatMap(pool => partOf(request, pool) ?? [])
  const most = Math.max(...meant.map(({ memoryMiB }) => memoryMiB), ...parts)
  if (leastMiB === null || most >= leastMiB)
    return
  const fitting = [...new Set(slices.filter(({ memoryMiB, unusable }) => unusable === null && memoryMiB >= leastMiB).map(({ profile, deviceName }) => `${profile} on ${deviceName}`))]
  throw new TrancheError('out_of_memory', `The model needs about ${Math.ceil(leastMiB)} MiB, and ${wordsOf(request)} has ${Math.floor(most)} MiB. ${fitting.length > 0 ? `These would hold it: ${fitting.slice(0, 5).join(', ')}.` : 'No slice of this lab would hold it: cut a larger one, or use a smaller batch.'}`, { details: { needsMiB: Math.ceil(leastMiB), hasMiB: Math.floor(most), fits: fitting } })
}

function requestOf(submission: Submission): SliceRequest {
  return { profile: submission.profile ?? null, device: submission.device ?? null, need: submission.need ?? null }
}

function checkSlice(submission: Submission, { slices, pools }: LabCapacity): void {
  const request = requestOf(submission)
  const { device } = request
  checkRequest(request)
  if (slices.some(slice => serves(slice, request)) || pools.some(pool => partOf(request, pool) !== null))
    return
  const places = [...slices, ...pools]
  if (device !== null && !places.some(place => place.device === device))
    throw new TrancheError('not_found', `There is no slice on a device ${device}. \`tranche devices\` lists them.`)
  if (!places.some(place => isEligible(place, request)))
    throw new TrancheError('not_found', `No device serves ${wordsOf(request)}. \`tranche devices\` lists models and labels.`)
  const eligible = [...new Set(slices.filter(slice => isEligible(slice, request)).map(slice => slice.profile))]
  throw new TrancheError('not_found', `There is no slice ${wordsOf(request)}${device === null ? '' : ` on ${device}`}. There are ${eligible.length > 0 ? eligible.join(', ') : 'none to choose from'}. \`tranche slice explain\` says what would let one be cut.`)
}

async function checkModel({ recipe, model }: Submission, catalog: CatalogNames): Promise<string> {
  if (recipe === 'verify')
    return checkFolderOfCases(model)
  const named = model ?? catalog.defaultModel(recipe)
  if (named === null)
    throw new TrancheError('invalid_input', `The recipe ${recipe} needs a model: name a catalog id or an ONNX file with --model.`)
  const ofEntry = catalog.recipeOf(named)
  if (ofEntry !== null) {
    if (ofEntry !== recipe && recipe !== 'tensor')
      throw new TrancheError('invalid_input', `The model ${named} is for the recipe ${ofEntry}, not for ${recipe}.`)
    return named
  }
  if (!isAbsolute(named))
    throw new TrancheError('not_found', `There is no model ${named} in the catalog, and no such file. The catalog has ${catalog.ids().join(', ')}.`)
  if (recipe === 'ocr')
    throw new TrancheError('invalid_input', 'The recipe ocr works with a set of models from the catalog, not with a single ONNX file.')
  await requireFile(named, 'model')
  return named
}

/** The recipe verify has a model a case: in the model's place it gets the folder that all of them are in. */
async function checkFolderOfCases(model: string | undefined): Promise<string> {
  if (model === undefined || !isAbsolute(model))
    throw new TrancheError('invalid_input', 'The recipe verify takes as its model the absolute path of the folder that the test cases are in. `tranche verify DIR` finds them and submits them.')
  await requireFolder(model)
  return resolve(model)
}

async function checkInput(path: string, recipe: RecipeId, model: string): Promise<void> {
  if (!isAbsolute(path))
    throw new TrancheError('invalid_input', `Inputs must be absolute paths: ${path}`)
  if (recipe !== 'verify')
    return requireFile(path, 'input', recipe === 'tensor')
  await requireFolder(path)
  const below = relative(model, path)
  // Its worker may read that folder, and nothing beside it.
  if (isAbsolute(below) || below.split(sep)[0] === '..')
    throw new TrancheError('invalid_input', `The test case ${path} does not lie in ${model}. Name a folder that holds all cases as the model.`)
}

async function requireFolder(path: string): Promise<void> {
  await requireFile(path, 'test case', true)
  if (!(await stat(path)).isDirectory())
    throw new TrancheError('invalid_input', `${path} is a file. A test case is a folder with model.onnx and test_data_set_0 in it.`)
}

async function requireFile(path: string, what: string, folderToo = false): Promise<void> {
  try {
    const found = await stat(path)
    if (!found.isFile() && !(folderToo && found.isDirectory()))
      throw new TrancheError('invalid_input', `The ${what} ${path} is ${found.isDirectory() ? 'a folder; name the files in it' : 'not a file'}.`)
  }
  catch (thrown) {
    if (thrown instanceof TrancheError)
      throw thrown
    const missing = systemCode(thrown) === 'ENOENT' || systemCode(thrown) === 'ENOTDIR'
    throw new TrancheError('not_found', missing ? `There is no ${what}${folderToo ? '' : ' file'} ${path}.` : `The ${what} ${path} cannot be read (${systemCode(thrown)}).`)
  }
}
