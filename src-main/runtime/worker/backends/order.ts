import type { BackendId } from '../../../contract/model'

export interface Order {
  /** What was asked for, each once. */
  readonly asked: readonly BackendId[]
  /** Those before `cpu`: after it nothing is left for another. */
  readonly accelerators: readonly BackendId[]
  /** Whether a model may run on the CPU alone. */
  readonly allowsCpu: boolean
}

const traces: Readonly<Partial<Record<BackendId, RegExp>>> = {
  webgpu: /webgpu|wgpu|dawn|adapter/i,
  tensorrt: /tensorrt|nvinfer/i,
  cuda: /cuda|cudnn|cublas/i,
  directml: /\bdml|directml/i,
  coreml: /core ?ml/i,
}

/** An order of backends as a session is asked for it; an empty one means the CPU. */
export function orderOf(backends: readonly BackendId[]): Order {
  const asked = backends.length === 0 ? ['cpu' as const] : [...new Set(backends)]
  const cpu = asked.indexOf('cpu')
  return { asked, accelerators: cpu < 0 ? asked : asked.slice(0, cpu), allowsCpu: cpu >= 0 }
}

/** What ONNX Runtime's message is likely about: the accelerator that it names, else the first. */
export function blamed(message: string, accelerators: readonly BackendId[]): BackendId | undefined {
  return accelerators.find(id => traces[id]?.test(message)) ?? accelerators[0]
}
