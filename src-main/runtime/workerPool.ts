import type { SliceUse } from '../contract/model'
import type { ProcessHost } from './processHost'
import type { RunRequest } from './protocol'
import type { WorkerListener, WorkerSlice } from './sliceWorker'
import { SliceWorker } from './sliceWorker'

/** How long a worker without a job keeps its models in memory. */
const keepAliveMs = 5 * 60_000

export type WorkerPool = ReturnType<typeof createWorkerPool>

/** One worker process a slice, started when a job first needs it and kept for the next. */
export function createWorkerPool(host: ProcessHost, entry: string) {
  let listener: WorkerListener | undefined
  /** All that live, also those that were told to stop and are not gone yet. */
  const alive = new Set<SliceWorker>()
  const current = new Map<string, { readonly worker: SliceWorker, idleTimer?: NodeJS.Timeout }>()

  function start(slice: WorkerSlice): SliceWorker {
    const worker: SliceWorker = new SliceWorker(host, entry, slice, {
      onJobMessage(sliceId, message) {
        const present = current.get(sliceId)
        if (worker.isIdle && present?.worker === worker)
          present.idleTimer = setTimeout(() => void worker.stop(), keepAliveMs).unref()
        else if (worker.isIdle)
          void worker.stop()
        listener?.onJobMessage(sliceId, message)
      },
      onExit(sliceId, job, why) {
        alive.delete(worker)
        const present = current.get(sliceId)
        if (present?.worker === worker) {
          clearTimeout(present.idleTimer)
          current.delete(sliceId)
        }
        listener?.onExit(sliceId, job, why)
      },
    })
    alive.add(worker)
    current.set(slice.id, { worker })
    return worker
  }

  return {
    /** Names who takes what the workers report. */
    listen: (receiver: WorkerListener): void => void (listener = receiver),
    /** Runs a job on a slice that is leased to it. */
    run(slice: WorkerSlice, request: RunRequest): void {
      const present = current.get(slice.id)
      clearTimeout(present?.idleTimer)
      const worker = present?.worker.isIdle ? present.worker : start(slice)
      worker.run(request)
    },
    /** Asks for a job to end at its batch's end. Returns false if the slice's worker does not have it. */
    cancel: (sliceId: string, epoch: number): boolean => current.get(sliceId)?.worker.cancel(epoch) ?? false,
    /** Ends the worker of a slice now. Returns false if it has none. */
    stop: (sliceId: string): boolean => {
      const worker = current.get(sliceId)?.worker
      void worker?.stop(0)
      return worker !== undefined
    },
    /** Lets idle workers go whose slices are gone. */
    keepOnly: (isThere: (sliceId: string) => boolean): void => {
      for (const [sliceId, { worker }] of current) {
        if (worker.isIdle && !isThere(sliceId))
          void worker.stop()
      }
    },
    use: (): SliceUse[] => [...alive].flatMap(worker => worker.use() ?? []),
    /** Ends every worker, at once where it has a job: its results so far are checkpointed anyway. */
    close: async (): Promise<void> => {
      await Promise.all([...alive].map(worker => worker.stop(1000)))
    },
  }
}
