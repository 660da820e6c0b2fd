import type { GraphVisitor } from './graph'
import type { TensorEntry } from './tensorEntry'
import type { ValueInfo } from './valueInfo'
import type { ByteSource, WireField } from './wire'
import { onlyOnce, walkFunction, walkGraph } from './graph'
import { quoted } from './printable'
import { neededBytes, tensorProblem } from './tensorEntry'
import { readValueInfo } from './valueInfo'
import { int32, WireError, WireReader } from './wire'

/** What a model says of itself, without its weights. Names are as written in the file: `printable` them before showing. */
export interface ModelHeader {
  readonly irVersion: number
  readonly producer: string
  readonly opsets: readonly { readonly domain: string, readonly version: number }[]
  readonly hasGraph: boolean
  /** Inputs that a caller must give, in graph order: those with an initialiser are left out. */
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly initializers: ReadonlySet<string>
  /** Bytes of all stored tensors together, inside the model and beside it. */
  readonly weightBytes: number
  readonly external: readonly TensorEntry[]
  /** Operators of domains other than ONNX's own, as `domain:type`, without those that the model's functions define. */
  readonly customOperators: readonly string[]
  /** What is certainly wrong with the stored tensors; the first few. */
  readonly problems: readonly string[]
}

const maxProblems = 5
const maxValues = 10_000

/**
 * Reads a ModelProto (onnx.proto: ir_version 1, producer_name 2, graph 7, opset_import 8, functions 25) in one pass that
 * skips the weights. Throws `WireError` where the bytes are not such a message.
 */
export function readModelHeader(source: ByteSource): ModelHeader {
  const reader = new WireReader(source)
  const once = onlyOnce()
  const seen = collector(reader)
  const functions = new Set<string>()
  const opsets: { domain: string, version: number }[] = []
  let irVersion = 0
  let producer = ''
  let hasGraph = false
  for (const field of reader.fields(0, source.size)) {
    switch (field.no) {
      case 1: irVersion = int32(field)
        break
      case 2: producer = reader.text(field)
        break
      case 7:
        once(7)
        hasGraph = true
        walkGraph(reader, field, seen.visitor)
        break
      case 8: opsets.push(readOpset(reader, field))
        break
      case 25: {
        const { domain, name } = walkFunction(reader, field, seen.visitor)
        functions.add(`${domain}:${name}`)
        break
      }
    }
  }
  return {
    irVersion,
    producer,
    opsets,
    hasGraph,
    inputs: seen.inputs.filter(input => !seen.initializers.has(input.name)),
    outputs: seen.outputs,
    initializers: seen.initializers,
    weightBytes: seen.weightBytes(),
    external: seen.external,
    customOperators: [...seen.operators].filter(operator => !functions.has(operator)),
    problems: seen.problems,
  }
}

function collector(reader: WireReader) {
  const inputs: ValueInfo[] = []
  const outputs: ValueInfo[] = []
  const initializers = new Set<string>()
  const external: TensorEntry[] = []
  const operators = new Set<string>()
  const problems: string[] = []
  let weights = 0
  const report = (problem: string | null) => problem !== null && problems.length < maxProblems && problems.push(problem)

  const visitor: GraphVisitor = {
    input: field => addValue(inputs, reader, field),
    output: field => addValue(outputs, reader, field),
    operator: (domain, type) => domain !== '' && operators.add(`${domain}:${type}`),
    tensor: (entry, role) => {
      if (role === 'initializer' && entry.name !== '') {
        report(initializers.has(entry.name) ? `two initialisers are called ${quoted(entry.name)}` : null)
        initializers.add(entry.name)
      }
      if (entry.external !== null)
        external.push(entry)
      report(tensorProblem(entry))
      weights += Number(neededBytes(entry) ?? 0n)
    },
  }
  return { inputs, outputs, initializers, external, operators, problems, visitor, weightBytes: () => weights }
}

function addValue(values: ValueInfo[], reader: WireReader, field: WireField): void {
  if (values.length === maxValues)
    throw new WireError(`it has more than ${maxValues} inputs or outputs`)
  values.push(readValueInfo(reader, field))
}

/** OperatorSetIdProto: domain 1, version 2. */
function readOpset(reader: WireReader, field: WireField): { domain: string, version: number } {
  let domain = ''
  let version = 0
  for (const part of reader.message(field)) {
    if (part.no === 1)
      domain = reader.text(part)
    else if (part.no === 2)
      version = Number(part.value)
  }
  return { domain, version }
}
