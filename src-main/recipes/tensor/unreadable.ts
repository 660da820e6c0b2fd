import { TrancheError } from '../../contract/errors'
import { printable } from '../onnx/printable'

/** The failure of one input: `label` is its path or name, `problem` a clause such as "has no data". */
export function unreadable(label: string, problem: string): TrancheError {
  return new TrancheError('unreadable_input', `${printable(label)} ${problem}`, { details: { input: label } })
}
