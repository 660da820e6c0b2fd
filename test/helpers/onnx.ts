import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/**
 * Writes tiny ONNX models for tests, field by field (numbers from onnx.proto), so that a test can also write what no
 * exporter would: wrong shapes, stray external data, endless loops.
 */
export interface ModelParts {
  readonly nodes?: readonly NodeParts[]
  readonly inputs?: readonly ValueParts[]
  readonly outputs?: readonly ValueParts[]
  /** Inner values with the shapes that the model claims for them. */
  readonly valueInfos?: readonly ValueParts[]
  readonly initializers?: readonly TensorParts[]
  readonly opsets?: readonly (readonly [domain: string, version: number])[]
  readonly irVersion?: number
}

export interface NodeParts {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly domain?: string
  readonly attributes?: Readonly<Record<string, AttributeParts>>
}

/** A whole number, a list of them, text, a number or list of type float, a tensor, or a subgraph. */
export type AttributeParts = number | readonly number[] | string | { readonly float: number } | { readonly floats: readonly number[] } | TensorParts | GraphParts

export interface GraphParts extends Pick<ModelParts, 'nodes' | 'inputs' | 'outputs' | 'valueInfos' | 'initializers'> {
  readonly graph: true
}

export interface ValueParts {
  readonly name: string
  /** ONNX element type code; float32 unless given. With 0 the value has a name and no type. */
  readonly type?: number
  /** Without one the value has no shape, as an output may. */
  readonly shape?: readonly (number | string)[]
}

export interface TensorParts {
  readonly name?: string
  readonly dims: readonly (number | bigint)[]
  readonly type?: number
  readonly raw?: Uint8Array
  readonly external?: Readonly<Record<string, string>>
}

export function onnxModel(parts: ModelParts): Uint8Array {
  return message((w) => {
    w.tag(1, WireType.Varint).int32(parts.irVersion ?? 10)
    w.tag(2, WireType.LengthDelimited).string('tranche-tests')
    submessage(w, 7, graph(parts))
    for (const [domain, version] of parts.opsets ?? [['', 17]])
      submessage(w, 8, opset(domain, version))
  })
}

/** y = x + [10, 20, 30, 40], float32. */
export function addModel(inputName = 'x', outputName = 'y'): Uint8Array {
  return onnxModel({
    nodes: [{ op: 'Add', inputs: [inputName, 'w'], outputs: [outputName] }],
    inputs: [{ name: inputName, shape: [4] }],
    outputs: [{ name: outputName, shape: [4] }],
    initializers: [{ name: 'w', dims: [4], raw: floats(10, 20, 30, 40) }],
  })
}

/** y = x, of any element type and shape. */
export function identityModel(type = 1, shape: readonly (number | string)[] = ['n'], inputName = 'x', outputName = 'y'): Uint8Array {
  return onnxModel({
    nodes: [{ op: 'Identity', inputs: [inputName], outputs: [outputName] }],
    inputs: [{ name: inputName, type, shape }],
    outputs: [{ name: outputName, type, shape }],
  })
}

/** y = a x b: [m, k] by [k, n]. */
export function matMulModel(): Uint8Array {
  return onnxModel({
    nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] }],
    inputs: [{ name: 'a', shape: ['m', 'k'] }, { name: 'b', shape: ['k', 'n'] }],
    outputs: [{ name: 'y', shape: ['m', 'n'] }],
  })
}

/** y = x + `trips`, one at a time: 2n ** 62n never ends. */
export function loopModel(trips: bigint): Uint8Array {
  const body: GraphParts = {
    graph: true,
    nodes: [{ op: 'Add', inputs: ['before', 'one'], outputs: ['after'] }, { op: 'Identity', inputs: ['go'], outputs: ['on'] }],
    inputs: [{ name: 'trip', type: 7, shape: [] }, { name: 'go', type: 9, shape: [] }, { name: 'before', shape: [1] }],
    outputs: [{ name: 'on', type: 9, shape: [] }, { name: 'after', shape: [1] }],
  }
  return onnxModel({
    nodes: [{ op: 'Loop', inputs: ['trips', 'always', 'x'], outputs: ['y'], attributes: { body } }],
    inputs: [{ name: 'x', shape: [1] }],
    outputs: [{ name: 'y', shape: [1] }],
    initializers: [
      { name: 'trips', dims: [], type: 7, raw: new Uint8Array(BigInt64Array.of(trips).buffer) },
      { name: 'always', dims: [], type: 9, raw: Uint8Array.of(1) },
      { name: 'one', dims: [1], raw: floats(1) },
    ],
  })
}

/** Asks for `elements` float32 at run time (the size is an input, so nothing is folded at load). */
export function allocationModel(): Uint8Array {
  return onnxModel({
    nodes: [{ op: 'ConstantOfShape', inputs: ['size'], outputs: ['zeros'] }, { op: 'ReduceSum', inputs: ['zeros'], outputs: ['y'], attributes: { keepdims: 0 } }],
    inputs: [{ name: 'size', type: 7, shape: [1] }],
    outputs: [{ name: 'y', shape: [] }],
  })
}

export function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}

/** A TensorProto on its own, as in `input_0.pb`. */
export function tensorMessage(parts: TensorParts): Uint8Array {
  return message((w) => {
    for (const dim of parts.dims)
      w.tag(1, WireType.Varint).int64(dim)
    w.tag(2, WireType.Varint).int32(parts.type ?? 1)
    if (parts.name !== undefined)
      w.tag(8, WireType.LengthDelimited).string(parts.name)
    if (parts.raw !== undefined)
      w.tag(9, WireType.LengthDelimited).bytes(parts.raw)
    for (const [key, value] of Object.entries(parts.external ?? {}))
      submessage(w, 13, message(entry => entry.tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value)))
    if (parts.external !== undefined)
      w.tag(14, WireType.Varint).int32(1)
  })
}

function graph(parts: Omit<GraphParts, 'graph'>): Uint8Array {
  return message((w) => {
    for (const node of parts.nodes ?? [])
      submessage(w, 1, nodeMessage(node))
    w.tag(2, WireType.LengthDelimited).string('g')
    for (const tensor of parts.initializers ?? [])
      submessage(w, 5, tensorMessage(tensor))
    for (const input of parts.inputs ?? [])
      submessage(w, 11, valueMessage(input))
    for (const output of parts.outputs ?? [])
      submessage(w, 12, valueMessage(output))
    for (const value of parts.valueInfos ?? [])
      submessage(w, 13, valueMessage(value))
  })
}

function nodeMessage(node: NodeParts): Uint8Array {
  return message((w) => {
    for (const name of node.inputs)
      w.tag(1, WireType.LengthDelimited).string(name)
    for (const name of node.outputs)
      w.tag(2, WireType.LengthDelimited).string(name)
    w.tag(4, WireType.LengthDelimited).string(node.op)
    for (const [name, value] of Object.entries(node.attributes ?? {}))
      submessage(w, 5, attributeMessage(name, value))
    if (node.domain !== undefined)
      w.tag(7, WireType.LengthDelimited).string(node.domain)
  })
}

/** AttributeProto.type: FLOAT 1, INT 2, STRING 3, TENSOR 4, GRAPH 5, FLOATS 6, INTS 7. */
function attributeMessage(name: string, value: AttributeParts): Uint8Array {
  return message((w) => {
    w.tag(1, WireType.LengthDelimited).string(name)
    const type = attributeValue(w, value)
    w.tag(20, WireType.Varint).int32(type)
  })
}

/** Writes the field that holds the value; returns the attribute's type. */
function attributeValue(w: BinaryWriter, value: AttributeParts): number {
  if (typeof value === 'number') {
    w.tag(3, WireType.Varint).int64(value)
    return 2
  }
  if (typeof value === 'string') {
    w.tag(4, WireType.LengthDelimited).string(value)
    return 3
  }
  if (isList(value)) {
    for (const entry of value)
      w.tag(8, WireType.Varint).int64(entry)
    return 7
  }
  if ('float' in value) {
    w.tag(2, WireType.Bit32).float(value.float)
    return 1
  }
  if ('floats' in value) {
    for (const entry of value.floats)
      w.tag(7, WireType.Bit32).float(entry)
    return 6
  }
  if ('graph' in value) {
    submessage(w, 6, graph(value))
    return 5
  }
  submessage(w, 5, tensorMessage(value))
  return 4
}

function isList(value: AttributeParts): value is readonly number[] {
  return Array.isArray(value)
}

function valueMessage(value: ValueParts): Uint8Array {
  if (value.type === 0)
    return message(w => w.tag(1, WireType.LengthDelimited).string(value.name))
  const shape = message((w) => {
    for (const dim of value.shape ?? []) {
      const axis = message(d => typeof dim === 'number' ? d.tag(1, WireType.Varint).int64(dim) : d.tag(2, WireType.LengthDelimited).string(dim))
      submessage(w, 1, axis)
    }
  })
  const tensor = message((w) => {
    w.tag(1, WireType.Varint).int32(value.type ?? 1)
    if (value.shape !== undefined)
      submessage(w, 2, shape)
  })
  return message(w => submessage(w.tag(1, WireType.LengthDelimited).string(value.name), 2, message(t => submessage(t, 1, tensor))))
}

function opset(domain: string, version: number): Uint8Array {
  return message(w => w.tag(1, WireType.LengthDelimited).string(domain).tag(2, WireType.Varint).int64(version))
}

function submessage(writer: BinaryWriter, no: number, bytes: Uint8Array): BinaryWriter {
  return writer.tag(no, WireType.LengthDelimited).bytes(bytes)
}

function message(write: (writer: BinaryWriter) => unknown): Uint8Array {
  const writer = new BinaryWriter()
  write(writer)
  return writer.finish()
}
