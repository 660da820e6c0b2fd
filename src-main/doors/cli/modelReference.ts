import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { TrancheError } from '../../contract/errors'

/**
 * The model that a person means: the absolute path of a file where one is named so, else the id of a catalog entry.
 *
 * @throws TrancheError `not_found` for a name that ends in `.onnx` and is no file
 */
export function modelReference(given: string, cwd: string): string {
  const path = resolve(cwd, given)
  if (given.toLowerCase().endsWith('.onnx') && !existsSync(path))
    throw new TrancheError('not_found', `There is no model file ${path}. Name an ONNX file, or a model that \`tranche catalog\` lists.`)
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : given
}
