import type { TensorValue } from '../../src-main/recipes/tensor/dtypes'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeTensorProto } from '../../src-main/recipes/tensor/tensorProto'

type Part = TensorValue | Uint8Array

/** Writes a backend-test case as ONNX lays it out: tensors, or bytes as they are. */
export function writeCase(folder: string, model: Uint8Array, ...dataSets: readonly { readonly inputs: readonly Part[], readonly outputs: readonly Part[] }[]): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), model)
  for (const [number, { inputs, outputs }] of dataSets.entries()) {
    const place = join(folder, `test_data_set_${number}`)
    mkdirSync(place)
    for (const [stem, parts] of [['input', inputs], ['output', outputs]] as const)
      parts.forEach((part, at) => writeFileSync(join(place, `${stem}_${at}.pb`), part instanceof Uint8Array ? part : writeTensorProto(part, '')))
  }
  return folder
}

export function float32(...values: number[]): TensorValue {
  return { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) }
}
