import { readRuntimeFiles, whyNotInstalled } from '../runtime/worker/backends/installed'

/** Whether ONNX Runtime's CUDA provider lies beside its library: it is fetched only where someone asked for it. */
export function isCudaInstalled(): boolean {
  return whyNotInstalled('cuda', readRuntimeFiles()) === null
}
