import type { ModelHeader } from '../onnx/header'
import type { ValueInfo } from '../onnx/valueInfo'
import type { Dtype, TensorValue } from './dtypes'
import { TrancheError } from '../../contract/errors'
import { elementTypeName } from '../onnx/elementTypes'
import { printable, quoted } from '../onnx/printable'
import { describeValue } from '../onnx/valueInfo'
import { dtypeOfCode } from './dtypes'
import { unreadable } from './unreadable'

/** An input that the model asks for; the axes are as in `ValueInfo.shape`. */
export interface ModelInput {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: ValueInfo['shape']
}

/** The inputs to give a model, in graph order. Throws `bad_model` where one of them is not a tensor that can be made. */
export function modelInputs(header: ModelHeader): readonly ModelInput[] {
  return header.inputs.map((input) => {
    const dtype = dtypeOfCode(input.elementType)
    if (input.kind !== 'tensor' || dtype === undefined)
      throw new TrancheError('bad_model', `The input ${describeValue(input)} of the model cannot be given: only tensors of float, integer, bool and string types can.`)
    return { name: input.name, dtype, shape: input.shape }
  })
}

/** Checks type and shape against what the model declares; sizes that may vary fit anything. Throws `unreadable_input`. */
export function checkFits(tensor: TensorValue, input: ModelInput, label: string): void {
  const { shape } = input
  const declared = describeValue({ ...input, kind: 'tensor', elementType: 0 }).replace(elementTypeName(0), input.dtype)
  const dimsFit = shape === null || (shape.length === tensor.shape.length
    && shape.every((dim, axis) => typeof dim !== 'number' || dim === tensor.shape[axis]))
  if (tensor.dtype !== input.dtype || !dimsFit)
    throw unreadable(label, `is ${tensor.dtype} [${tensor.shape.join(', ')}], but the model takes ${declared}. ${advice(tensor, input)}`)
}

/** Checks that every input is there. Throws `unreadable_input` with what is missing. */
export function checkComplete(given: ReadonlyMap<string, TensorValue>, inputs: readonly ModelInput[], label: string): void {
  const missing = inputs.filter(input => !given.has(input.name))
  if (missing.length > 0)
    throw unreadable(label, `gives ${given.size} of ${inputs.length} inputs; missing: ${missing.map(input => `${quoted(input.name)} ${input.dtype}`).join(', ')}.`)
}

function advice(tensor: TensorValue, input: ModelInput): string {
  if (tensor.dtype !== input.dtype)
    return `Convert it first, in NumPy: array.astype("${input.dtype}").`
  return `Reshape it first, in NumPy: array.reshape(${input.shape?.map(dim => printable(String(dim ?? 'n'))).join(', ') ?? ''}).`
}
