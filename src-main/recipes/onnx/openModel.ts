import type { InferenceSession } from 'onnxruntime-node'
import type { RecipeContext } from '../recipe'
import type { ModelHeader } from './header'
import type { Sizes } from './memory/symbols'
import { TrancheError } from '../../contract/errors'
import { checkModelFile } from './checkModel'
import { checkFits } from './memory/checkFits'
import { printable } from './printable'

export interface OpenModel {
  readonly header: ModelHeader
  readonly session: InferenceSession
}

/**
 * Opens the model that a recipe asks for by role: checked first, then loaded. `check` lets a recipe refuse a model that
 * does not fit it before its weights are loaded; `sizes` are those that the recipe runs it at, as far as it knows them.
 * Throws `bad_model`, and `out_of_memory` where the slice cannot hold the model.
 */
export async function openModel(context: RecipeContext, role: string, check?: (header: ModelHeader) => void, sizes: Sizes = { batch: 1, dims: {} }): Promise<OpenModel> {
  const path = Object.hasOwn(context.files, role) ? context.files[role] : undefined
  if (path === undefined)
    throw new TrancheError('bad_model', `This recipe needs a model file in the role "${role}", and the model has none. Choose another model or recipe.`)
  const header = await checkModelFile(path)
  check?.(header)
  await checkFits(path, { ...sizes, memoryMiB: context.memoryMiB }, header)
  try {
    return { header, session: await context.session(path) }
  }
  catch (error) {
    if (error instanceof TrancheError)
      throw error
    throw new TrancheError('bad_model', `ONNX Runtime refuses ${printable(path)}: ${runtimeMessage(error)}`, { details: { path }, cause: error })
  }
}

/** What ONNX Runtime says, without source paths and C++ signatures, on one line. */
export function runtimeMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const plain = message
    .replace(/\S*\/onnxruntime_src\/\S+:\d+ (?:[^\n]*\) )?/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return printable(plain)
}
