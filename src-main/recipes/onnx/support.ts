import type { ModelHeader } from './header'
import type { ValueInfo } from './valueInfo'
import { elementTypeName, isHeldByRuntime } from './elementTypes'
import { quoted } from './printable'

/** Newest file format and operator sets of ONNX Runtime 1.30, as it names them itself when it refuses a newer one. */
const newestIr = 13
const newestOpsets: ReadonlyMap<string, number> = new Map([
  ['ai.onnx', 26],
  ['ai.onnx.ml', 5],
  ['ai.onnx.training', 1],
  ['ai.onnx.preview.training', 1],
  ['com.microsoft', 1],
  ['org.pytorch.aten', 1],
])

/** Why this version cannot run a well-formed model, with what to do, or null. */
export function supportProblem(header: ModelHeader): string | null {
  if (header.irVersion > newestIr)
    return `It is written in ONNX format version ${header.irVersion}; versions up to ${newestIr} are supported. Export it again with an older onnx package, or update Tranche.`
  for (const { domain, version } of header.opsets) {
    const name = domain === '' ? 'ai.onnx' : domain
    const newest = newestOpsets.get(name)
    if (newest !== undefined && version > newest)
      return `It needs operator set ${version} of ${name}; sets up to ${newest} are supported. Export it again with opset_version=${newest} or lower, or update Tranche.`
  }
  const custom = header.customOperators.find(operator => !isKnownDomain(operator))
  if (custom !== undefined)
    return `It uses the custom operator ${quoted(custom)}, which needs a native library; Tranche loads none. Export it with standard operators only.`
  const unheld = [...header.inputs, ...header.outputs].find(cannotBeHeld)
  if (unheld !== undefined)
    return `Its tensor ${quoted(unheld.name)} is ${elementTypeName(unheld.elementType)}, which cannot be passed in or out. Export it with float32 or float16 inputs and outputs.`
  return null
}

function isKnownDomain(operator: string): boolean {
  const domain = operator.slice(0, operator.lastIndexOf(':'))
  return newestOpsets.has(domain) || domain.startsWith('com.microsoft.') || domain.startsWith('com.ms.internal.')
}

/** An output without an element type gets its type from ONNX Runtime. */
function cannotBeHeld(value: ValueInfo): boolean {
  return value.kind === 'tensor' && value.elementType !== 0 && !isHeldByRuntime(value.elementType)
}
