import type { RecipeOutput } from '../recipe'
import type { TensorValue } from './dtypes'
import type { TensorParams } from './params'
import type { Values } from './runtimeTensor'
import type { TensorStats } from './stats'
import { printable, quoted } from '../onnx/printable'
import { safeFileNames } from './fileNames'
import { writeNpy } from './npy'
import { tensorStats } from './stats'
import { writeTensorProto } from './tensorProto'

export interface OutputSummary {
  /** The output's name with control characters escaped. */
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly file: string
  readonly stats: TensorStats | null
}

export interface EncodedOutputs {
  readonly summaries: readonly OutputSummary[]
  readonly files: NonNullable<RecipeOutput['files']>
  readonly notes: readonly string[]
}

/** Turns what a model returned into files, a summary of each, and notes on what could not be kept or looks wrong. */
export function encodeOutputs(values: Values, names: readonly string[], format: TensorParams['format']): EncodedOutputs {
  const fileNames = safeFileNames(names)
  const summaries: OutputSummary[] = []
  const files: { name: string, bytes: Uint8Array }[] = []
  const notes: string[] = []
  for (const [position, name] of names.entries()) {
    const tensor = values.get(name) ?? null
    if (tensor === null) {
      notes.push(`Output ${quoted(name)} was skipped: its type cannot be written to a file.`)
      continue
    }
    const { file, bytes } = encode(tensor, name, fileNames[position] ?? `output_${position}`, format)
    const stats = tensorStats(tensor)
    summaries.push({ name: printable(name), dtype: tensor.dtype, shape: tensor.shape, file, stats })
    files.push({ name: file, bytes })
    if (stats !== null && stats.nan > 0)
      notes.push(`Output ${quoted(name)} holds ${stats.nan} NaN of ${tensor.data.length} values: the model or its input may be damaged.`)
  }
  return { summaries, files, notes }
}

function encode(tensor: TensorValue, name: string, fileName: string, format: TensorParams['format']): { readonly file: string, readonly bytes: Uint8Array } {
  if (format === 'pb' || tensor.dtype === 'string')
    return { file: `${fileName}.pb`, bytes: writeTensorProto(tensor, name) }
  return { file: `${fileName}.npy`, bytes: writeNpy(tensor) }
}
