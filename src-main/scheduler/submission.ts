import type { CallParsed } from '../contract/calls'
import type { RecipeId } from '../contract/model'
import type { LabSlice } from './labSlices'
import { stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { systemCode, TrancheError } from '../contract/errors'
import { checkParams } from '../recipes/checkParams'
import { fits } from './plan'

export type Submission = CallParsed<'jobs.submit'>

export interface CatalogNames {
  /** The entry a recipe uses unless told otherwise; null if it has none. */
  readonly defaultModel: (recipe: RecipeId) => string | null
  /** Recipe of an entry; null if there is no such entry. */
  readonly recipeOf: (model: string) => RecipeId | null
  readonly ids: () => readonly string[]
}

/** Checks all of a submission that can be checked before it is accepted. Returns the model it will use. */
export async function checkSubmission(submission: Submission, slices: readonly LabSlice[], catalog: CatalogNames): Promise<{ readonly model: string }> {
  checkRequest(submission, slices)
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

function checkRequest({ device, profile }: Submission, slices: readonly LabSlice[]): void {
  const onDevice = device === undefined ? slices : slices.filter(slice => slice.device === device)
  if (onDevice.length === 0)
    throw new TrancheError('not_found', `There is no device ${device}. \`tranche devices\` lists them.`)
  if (!onDevice.some(slice => fits({ profile: profile ?? null, device: device ?? null }, slice)))
    throw new TrancheError('not_found', `There is no slice ${profile}${device === undefined ? '' : ` on ${device}`}. There are ${[...new Set(onDevice.map(slice => slice.profile))].join(', ')}.`)
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
