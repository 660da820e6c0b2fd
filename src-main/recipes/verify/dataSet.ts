import type { InferenceSession } from 'onnxruntime-node'
import type { ModelHeader } from '../onnx/header'
import type { ValueInfo } from '../onnx/valueInfo'
import type { TensorValue } from '../tensor/dtypes'
import type { NamedTensor } from '../tensor/tensorProto'
import type { DataSetFiles } from './caseFiles'
import type { Difference } from './compare'
import type { Tolerance } from './params'
import { basename, join } from 'node:path'
import { quoted } from '../onnx/printable'
import { describeValue } from '../onnx/valueInfo'
import { dtypeOfCode } from '../tensor/dtypes'
import { runModel } from '../tensor/runtimeTensor'
import { parseTensorProto } from '../tensor/tensorProto'
import { unreadable } from '../tensor/unreadable'
import { readPart } from './caseFiles'
import { compareTensors } from './compare'
import { UnsupportedCase } from './verdict'

/** Throws `UnsupportedCase` where the model takes or gives what ONNX Runtime's JavaScript API cannot pass. */
export function checkPassable({ inputs, outputs }: ModelHeader): void {
  for (const [what, values] of [['input', inputs], ['output', outputs]] as const) {
    const value = values.find(isNotPassable)
    if (value !== undefined)
      throw new UnsupportedCase(`Its ${what} ${describeValue(value)} cannot be passed: ONNX Runtime's JavaScript API passes tensors of float, integer, bool and string types alone.`)
  }
}

/** Runs the model on the inputs of a data set and compares each output with the expected one. */
export async function runDataSet(session: InferenceSession, header: ModelHeader, files: DataSetFiles, tolerance: Tolerance): Promise<Difference[]> {
  const inputs = assigned(await read(files, files.inputs), header.inputs, files.name, 'input')
  const expected = assigned(await read(files, files.outputs), header.outputs, files.name, 'output')
  const { values } = await runModel(session, inputs, [...expected.keys()])
  return [...expected].map(([name, tensor]) => {
    const value = values.get(name) ?? null
    if (value === null)
      throw new UnsupportedCase(`Its output ${quoted(name)} has a type that ONNX Runtime's JavaScript API cannot return.`)
    const { mismatch, ...differences } = compareTensors(value, tensor, tolerance)
    return { mismatch: mismatch === null ? null : `Output ${quoted(name)} of ${files.name}: ${mismatch}.`, ...differences }
  })
}

function isNotPassable({ name, kind, elementType }: ValueInfo): boolean {
  // The API collects results in a plain object, where this one name cannot be a key. A value without a type gets one when the model is loaded.
  return name === '__proto__' || (kind !== 'tensor' && kind !== 'untyped') || (elementType !== 0 && dtypeOfCode(elementType) === undefined)
}

async function read({ name }: DataSetFiles, paths: readonly string[]): Promise<NamedTensor[]> {
  const tensors: NamedTensor[] = []
  for (const path of paths)
    tensors.push(parseTensorProto(await readPart(path), join(name, basename(path))))
  return tensors
}

/**
 * Which tensor is which value of the model: by the names in the files where each is one of the model's, as ONNX Runtime's
 * own test runner does it, else by position.
 */
function assigned(tensors: readonly NamedTensor[], values: readonly ValueInfo[], dataSet: string, what: string): Map<string, TensorValue> {
  if (tensors.length !== values.length)
    throw unreadable(dataSet, `has ${tensors.length} of ${values.length} ${what}s of the model.`)
  const known = new Set(values.map(({ name }) => name))
  const named = new Map(tensors.map(({ name, tensor }) => [name, tensor]))
  if (named.size === values.length && tensors.every(({ name }) => known.has(name)))
    return named
  return new Map(values.map(({ name }, position) => [name, tensors[position].tensor]))
}
