import type { SliceUse } from '../contract/model'
import type { CreateKeeper } from './keeper/keeper'
import type { PlainTensor, RunRequest } from './protocol'
import type { WorkerDeps, WorkerListener, WorkerSlice } from './workerTypes'
import { SliceWorker } from './sliceWorker'
import { covers, filesOf } from './workerFiles'

/** How long a worker without a job keeps its models in memory. */
const keepAliveMs = 5 * 60_000

export interface PoolDeps extends Omit<WorkerDeps, 'keeper'> {
  readonly createKeeper: CreateKeeper
  /** Folder of the catalog's models. */
  readonly models: string
}

export type WorkerPool = ReturnType<typeof createWorkerPool>

/** One worker process a slice, started when a job first needs it and kept for the next that wants the same files. */
export function createWorkerPool({ createKeeper, models, ...rest }: PoolDeps) {
  let listener: WorkerListener | undefined
  /** All that live, also those that were told to stop and are not gone yet. */
  const alive = new Set<SliceWorker>()
  const current = new Map<string, { readonly worker: SliceWorker, idleTimer?: NodeJS.Timeout }>()
  const keeper = createKeeper({
    onBreach: (pid, breach) => byPid(pid)?.breached({ kind: 'breach', ...breach }),
    onSample: (pid, sample) => byPid(pid)?.sampled(sample),
    onTurn: (pid, ms) => byPid(pid)?.turn(ms),
  })
  const deps: WorkerDeps = { ...rest, keeper }

  function byPid(pid: number): SliceWorker | undefined {
    return [...alive].find(worker => worker.pid === pid)
  }

  function start(slice: WorkerSlice, request: RunRequest): SliceWorker {
    const worker: SliceWorker = new SliceWorker(deps, slice, filesOf(request, models), {
      onJobMessage(sliceId, message) {
        const present = current.get(sliceId)
        if (worker.isIdle && present?.worker === worker)
          present.idleTimer = setTimeout(() => void worker.stop(), keepAliveMs).unref()
        else if (worker.isIdle)
          void worker.stop()
        listener?.onJobMessage(sliceId, message)
      },
      onExit(sliceId, job, death) {
        alive.delete(worker)
        const present = current.get(sliceId)
        if (present?.worker === worker) {
          clearTimeout(present.idleTimer)
          current.delete(sliceId)
        }
        listener?.onExit(sliceId, job, death)
      },
    })
    alive.add(worker)
    current.set(slice.id, { worker })
    return worker
  }

  /** An idle worker that can reach what the job needs; one that cannot is let go. */
  function reusable(slice: WorkerSlice, request: RunRequest): SliceWorker | null {
    const present = current.get(slice.id)
    clearTimeout(present?.idleTimer)
    if (!present?.worker.isIdle)
      return null
    if (covers(present.worker.files, filesOf(request, models)) && JSON.stringify(present.worker.slice) === JSON.stringify(slice))
      return present.worker
    void present.worker.stop()
    return null
  }

  return {
    /** How the shares of slices that compute at the same time are kept here. */
    spatialMeans: keeper.enforcementOf({ policy: 'fixed-share', share: 0.5, timeSliceMs: null, spatial: true, byDriver: false }, 1).compute.means,
    /** Names who takes what the workers report. */
    listen: (receiver: WorkerListener): void => void (listener = receiver),
    /** Runs a job on a slice that is leased to it; one with `hold` loads its model and waits for `go`. */
    run(slice: WorkerSlice, request: RunRequest, timeLimitMs: number | null): void {
      const worker = reusable(slice, request) ?? start(slice, request)
      worker.run(request, timeLimitMs)
    },
    /** Lets a held job begin with the inputs from an index on. */
    go: (sliceId: string, beginning: Parameters<SliceWorker['go']>[0]): void => current.get(sliceId)?.worker.go(beginning),
    /** Asks for a job to be left where another worker can go on. Returns false if the slice's worker does not have it. */
    yieldJob: (sliceId: string, epoch: number): boolean => current.get(sliceId)?.worker.yieldJob(epoch) ?? false,
    /** Asks for a job to end at its batch's end. Returns false if the slice's worker does not have it. */
    cancel: (sliceId: string, epoch: number): boolean => current.get(sliceId)?.worker.cancel(epoch) ?? false,
    /** Hands a request to a served model. Returns false if the slice's worker does not have it. */
    infer: (sliceId: string, epoch: number, request: number, inputs: readonly PlainTensor[]): boolean => current.get(sliceId)?.worker.infer(epoch, request, inputs) ?? false,
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
      await keeper.close()
    },
  }
}
