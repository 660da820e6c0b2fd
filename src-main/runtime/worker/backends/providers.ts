import type { InferenceSession } from 'onnxruntime-node'
import type { BackendId } from '../../../contract/model'

type SessionOptions = InferenceSession.SessionOptions

/** How much ONNX Runtime rewrites a graph before it runs it. */
export type Optimisation = 'all' | 'extended' | 'basic' | 'disabled'

export interface SessionSettings {
  /** Backends in the order they are tried, without `cpu`, which ends every order. */
  readonly accelerators: readonly BackendId[]
  /** Intra-op threads, at least 1. */
  readonly threads: number
  readonly optimisation: Optimisation
}

/** How ONNX Runtime calls a backend in its profiles. */
const executionProviders: Readonly<Record<string, BackendId>> = {
  CPUExecutionProvider: 'cpu',
  WebGpuExecutionProvider: 'webgpu',
  CUDAExecutionProvider: 'cuda',
  TensorrtExecutionProvider: 'tensorrt',
  DmlExecutionProvider: 'directml',
  CoreMLExecutionProvider: 'coreml',
}

/** The backend that a profile means by `CPUExecutionProvider` and the like, or undefined. */
export function backendOfProvider(provider: string): BackendId | undefined {
  return Object.hasOwn(executionProviders, provider) ? executionProviders[provider] : undefined
}

/** As onnxruntime-node wants them. */
const providers: Readonly<Record<BackendId, InferenceSession.ExecutionProviderConfig>> = {
  cpu: 'cpu',
  webgpu: 'webgpu',
  cuda: { name: 'cuda', deviceId: 0 } satisfies InferenceSession.CudaExecutionProviderOption,
  tensorrt: { name: 'tensorrt', deviceId: 0 } satisfies InferenceSession.TensorRtExecutionProviderOption,
  directml: { name: 'dml', deviceId: 0 } satisfies InferenceSession.DmlExecutionProviderOption,
  coreml: 'coreml',
}

/**
 * Options of a session. The GPU is always the first that the worker's environment lets it see (`backendEnvironment`).
 *
 * onnxruntime-node hands CUDA and TensorRT the number of a device and nothing else (its `session_options_helper.cc`), so
 * their memory is limited where the driver can do it: by the MIG instance itself, or by MPS, through the environment.
 * DirectML cannot work with planned memory (its page "DirectML Execution Provider", configuration options).
 *
 * Threads may spin within a run, but not after it: they would keep a core from other slices for tens of milliseconds, outside
 * any turn (`session.force_spinning_stop` of ONNX Runtime's onnxruntime_session_options_config_keys.h).
 */
export function sessionOptions({ accelerators, threads, optimisation }: SessionSettings): SessionOptions {
  return {
    executionProviders: [...accelerators.map(id => providers[id]), 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: optimisation,
    enableMemPattern: !accelerators.includes('directml'),
    logSeverityLevel: 3,
    extra: { session: { force_spinning_stop: '1' } },
  }
}
