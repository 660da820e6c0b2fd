import type { LabCapacity } from '../broker/capacity'
import type { SliceRequest } from '../broker/planRequest'
import type { CallParsed } from '../contract/calls'
import type { RecipeId } from '../contract/model'
import { stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
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
}

/** Checks all of a submission that can be checked before it is accepted. Returns the model it will use. */
export async function checkSubmission(submission: Submission, capacity: LabCapacity, catalog: CatalogNames): Promise<{ readonly model: string }> {
  checkSlice(submission, capacity)
  checkParams(submission.recipe, submission.params ?? {})
  if (submission.inputs.length === 0 && submission.recipe !== 'tensor')
    throw new TrancheError('invalid_input', `The recipe ${submission.recipe} needs at least one input file.`)
  if (submission.inputs.length > 0 && submission.synthetic !== undefined)
    throw new TrancheError('invalid_input', 'Give either input files or a number of synthetic inputs, not both.')
  if (submission.outDir !== undefined && !isAbsolute(submission.outDir))
    throw new TrancheError('invalid_input', `The folder for results must be an absolute path: ${submission.outDir}`)
  const model = await checkModel(submission, catalog)
  for (const input of submission.inputs)
    await checkInput(input, submission.recipe)
  return { model }
}

function checkSlice(submission: Submission, { slices, pools }: LabCapacity): void {
  const request: SliceRequest = { profile: submission.profile ?? null, device: submission.device ?? null, need: submission.need ?? null }
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

async function checkInput(path: string, recipe: RecipeId): Promise<void> {
  if (!isAbsolute(path))
    throw new TrancheError('invalid_input', `Inputs must be absolute paths: ${path}`)
  await requireFile(path, 'input', recipe === 'tensor')
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
    throw new TrancheError('not_found', missing ? `There is no ${what} file ${path}.` : `The ${what} ${path} cannot be read (${systemCode(thrown)}).`)
  }
}
