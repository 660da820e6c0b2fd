import type { WireField, WireReader } from '../wire'
import type { Attribute, Graph } from './graph'
import { WireType } from '@bufbuild/protobuf/wire'
import { readTensorEntry } from '../tensorEntry'
import { WireError } from '../wire'
import { readSmallTensor } from './smallTensor'

/** Longest list of numbers that is kept: a shape has a few, a list of weights (a tree ensemble's) says nothing of shapes. */
const mostNumbers = 256
const longestText = 4096

/** AttributeProto: name 1, f 2, i 3, s 4, t 5, g 6, floats 7, ints 8, strings 9, graphs 11. Its lists are packed or not. */
export function readAttribute(reader: WireReader, field: WireField, subgraph: (graph: WireField) => Graph): { readonly name: string, readonly attribute: Attribute } {
  let name = ''
  let attribute: Attribute = { kind: 'numbers', values: [] }
  const numbers: number[] = []
  const graphs: Graph[] = []
  let tooLong = false
  for (const part of reader.message(field)) {
    switch (part.no) {
      case 1: name = reader.text(part)
        break
      case 2: case 3: case 7: case 8:
        tooLong ||= part.end - part.start > mostNumbers * 10
        if (!tooLong)
          numbers.push(...(part.no === 3 || part.no === 8 ? integers(reader, part) : reader.floats(part)))
        tooLong ||= numbers.length > mostNumbers
        break
      case 4: attribute = part.end - part.start <= longestText ? { kind: 'text', text: reader.text(part) } : { kind: 'other' }
        break
      case 5: {
        const entry = readTensorEntry(reader, part)
        attribute = { kind: 'tensor', tensor: { entry, values: readSmallTensor(reader, part, entry) } }
        break
      }
      case 6: case 11: graphs.push(subgraph(part))
        break
      case 9: attribute = { kind: 'other' }
        break
    }
  }
  if (graphs.length > 0)
    return { name, attribute: { kind: 'graphs', graphs } }
  if (tooLong)
    return { name, attribute: { kind: 'other' } }
  return { name, attribute: numbers.length > 0 ? { kind: 'numbers', values: numbers } : attribute }
}

function integers(reader: WireReader, part: WireField): number[] {
  if (part.type !== WireType.Varint && part.type !== WireType.LengthDelimited)
    throw new WireError(`field ${part.no} has the wrong type`)
  return [...reader.integers(part)].map(Number)
}
