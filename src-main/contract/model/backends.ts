import { z } from 'zod'

/** What ONNX Runtime may compute on (its execution providers). */
export const backendIds = ['cpu', 'webgpu', 'cuda', 'tensorrt', 'directml', 'coreml'] as const

/** Whether a backend can be used on this host. */
export const backend = z.object({
  id: z.enum(backendIds),
  name: z.string(),
  installed: z.boolean(),
  /** Installed, and there is something that it would run on. */
  usable: z.boolean(),
  /** What it would run on, or why it cannot be used and what to do about it. */
  detail: z.string(),
})

/** What really ran a model: a backend leaves the nodes that it does not know to the next in the order. */
export const backendReport = z.object({
  asked: z.array(z.enum(backendIds)),
  /** Nodes by the backend that ran them, with the kinds of operators. */
  nodes: z.array(z.object({ backend: z.enum(backendIds), count: z.number().int(), operators: z.array(z.string()) })),
  /** Why the first choice did not run all of it, in words; null if it did. */
  fallback: z.string().nullable(),
})

/** Memory that a model needs on a slice. */
export const memoryEstimate = z.object({
  weightsMiB: z.number(),
  /** Largest sum of tensors that live at the same time, for the batch at hand. */
  activationsMiB: z.number(),
  /** With what the runtime itself needs. */
  totalMiB: z.number(),
  batch: z.number().int(),
  /** Nodes whose shapes the graph does not tell before it runs: their memory is not counted. */
  unknownNodes: z.number().int(),
  /** The kinds of these nodes, the commonest first, at most ten. */
  unknownOperators: z.array(z.string()),
})

export type BackendId = typeof backendIds[number]
export type Backend = z.infer<typeof backend>
export type BackendReport = z.infer<typeof backendReport>
export type MemoryEstimate = z.infer<typeof memoryEstimate>
