import type { InferRequest, ToWorker } from './protocol'

/**
 * Gathers the requests of one round of events into one message an epoch: a worker wakes up for every message, and what comes in one
 * it can run together. They keep their order.
 */
export function createRequestRound(post: (message: Extract<ToWorker, { type: 'infer' }>) => void) {
  let round: { readonly epoch: number, readonly requests: InferRequest[] } | null = null

  return (epoch: number, request: InferRequest): void => {
    if (round?.epoch === epoch)
      return void round.requests.push(request)
    const own = { epoch, requests: [request] }
    round = own
    setImmediate(() => {
      if (round === own)
        round = null
      post({ type: 'infer', ...own })
    })
  }
}
