import type { Answer, WireTensor } from '../contract/model'
import type { InferAnswer, PlainTensor } from './protocol'
import { TrancheError } from '../contract/errors'
import { toPlainTensors, toWireTensors } from './wireTensors'

/** Requests of one job that wait for their answers at most. */
export const maxInFlight = 1024
/** Bytes of tensors that they hold at most: they are kept until they are answered, for a worker that has to take over. */
export const maxInFlightBytes = 512 * 1024 * 1024

export interface RequestDeps {
  /** Hands a request to the worker that has the job now. False if none has: it is sent again after `moved`. */
  readonly send: (jobId: string, request: number, inputs: readonly PlainTensor[]) => boolean
}

interface Pending {
  readonly inputs: readonly PlainTensor[]
  readonly bytes: number
  readonly settle: (answer: InferAnswer) => void
}

export type Requests = ReturnType<typeof createRequests>

/**
 * The requests of served jobs that wait for their answers. Each gets exactly one, whichever workers the job passes through:
 * a request is kept until its first answer, is sent again to the worker that takes over, and a second answer is dropped.
 */
export function createRequests({ send }: RequestDeps) {
  const jobs = new Map<string, Map<number, Pending>>()
  let last = 0

  function take(jobId: string, request: number): Pending | undefined {
    const pending = jobs.get(jobId)
    const found = pending?.get(request)
    pending?.delete(request)
    if (pending?.size === 0)
      jobs.delete(jobId)
    return found
  }

  return {
    /**
     * Asks a served job. Rejects with what the worker says is wrong with the request, with what ended the job, with
     * `invalid_input` or `input_too_large` for a malformed one, and with `conflict` where too many wait already.
     */
    async infer(jobId: string, tensors: readonly WireTensor[]): Promise<Answer> {
      const inputs = toPlainTensors(tensors)
      const bytes = inputs.reduce((sum, { data }) => sum + data.byteLength, 0)
      const pending = jobs.get(jobId) ?? new Map<number, Pending>()
      checkRoom(pending, bytes)
      jobs.set(jobId, pending)
      const request = ++last
      const answer = new Promise<InferAnswer>(settle => pending.set(request, { inputs, bytes, settle }))
      send(jobId, request, inputs)
      return fromWorker(await answer)
    },

    /** A worker has answered. An answer to a request that has one already, or never was, is dropped. */
    answered(jobId: string, request: number, answer: InferAnswer): void {
      take(jobId, request)?.settle(answer)
    },

    /** Another worker has the job: sends it all that has no answer yet, in the order it was asked. */
    moved(jobId: string): void {
      for (const [request, { inputs }] of [...jobs.get(jobId) ?? []]) {
        if (!send(jobId, request, inputs))
          return
      }
    },

    /** The job answers no more: every request that waits is rejected, as one that may be asked again elsewhere. */
    ended(jobId: string, error: TrancheError): void {
      const shape = { ...error.toShape(), retryable: true }
      for (const request of [...jobs.get(jobId)?.keys() ?? []])
        take(jobId, request)?.settle({ ok: false, error: shape })
    },

    /** Requests of a job that wait for their answers. */
    waiting: (jobId: string): number => jobs.get(jobId)?.size ?? 0,
  }
}

function checkRoom(pending: ReadonlyMap<number, Pending>, bytes: number): void {
  let held = bytes
  for (const other of pending.values())
    held += other.bytes
  if (pending.size >= maxInFlight || held > maxInFlightBytes)
    throw new TrancheError('conflict', `Too many requests at once: ${pending.size} wait for this job already. Ask again when some have been answered.`, { retryable: true })
}

function fromWorker(answer: InferAnswer): Answer {
  if (!answer.ok)
    throw TrancheError.fromShape(answer.error)
  return { outputs: toWireTensors(answer.outputs), latencyMs: answer.latencyMs, batch: answer.batch }
}
