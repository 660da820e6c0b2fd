import type { CallInput } from '../../contract/calls'
import { TrancheError } from '../../contract/errors'
import { submitInput } from '../../contract/inputs'

/**
 * A submission as JSON on each line, as `jobs.submit` takes it; empty lines are passed over.
 *
 * @throws TrancheError `invalid_input` with the first line that is not one
 */
export function parseSubmissions(text: string, name: string): CallInput<'jobs.submit'>[] {
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 })).filter(({ line }) => line !== '')
  if (lines.length === 0)
    throw new TrancheError('invalid_input', `${name} holds no submissions: it needs a line of JSON for each, e.g. {"recipe": "tensor", "model": "/models/m.onnx", "inputs": []}.`)
  return lines.map(({ line, number }) => {
    const read = submitInput.safeParse(parse(line, number, name))
    if (!read.success)
      throw new TrancheError('invalid_input', `Line ${number} of ${name} is not a submission: ${read.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`).join('; ')}. Nothing was submitted.`)
    return read.data
  })
}

function parse(line: string, number: number, name: string): unknown {
  try {
    return JSON.parse(line)
  }
  catch {
    throw new TrancheError('invalid_input', `Line ${number} of ${name} is not JSON. Nothing was submitted.`)
  }
}
