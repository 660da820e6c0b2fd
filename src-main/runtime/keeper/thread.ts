import type { MeansName } from './means/means'
import type { FromKeeper, KeeperStart, ToKeeper } from './messages'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'

export interface ThreadOwner {
  readonly onMessage: (message: FromKeeper) => void
  /** The thread died by a fault: everything that it stopped has to go on. */
  readonly onDeath: () => void
  /** What a new thread has to know. */
  readonly rejoin: () => ToKeeper[]
}

/** How long after its death a new thread is started, at first and at most: it doubles, lest one that cannot live takes all time. */
const firstPauseMs = 50
const longestPauseMs = 10_000

/** One that lived this long died of something new. */
const livedMs = 60_000

/** A thread that does not end when it is asked to is ended. */
const closeDeadlineMs = 1000

/** A process that exits waits no longer than this for the thread. */
const exitDeadlineMs = 100

/** Runs the keeper's thread, and a new one whenever it dies. */
export function startKeeperThread(entry: string, means: MeansName, owner: ThreadOwner) {
  let pauseMs = firstPauseMs
  let closing = false
  let timer: NodeJS.Timeout | undefined
  let present = begin()

  function begin() {
    const { port1, port2 } = new MessageChannel()
    const cells = new Int32Array(new SharedArrayBuffer(8))
    const start: KeeperStart = { port: port2, cells: cells.buffer, means }
    const worker = new Worker(entry, { workerData: start, transferList: [port2] })
    const startedAtMs = performance.now()
    worker.unref()
    port1.on('message', owner.onMessage).unref()
    worker.on('error', () => undefined)
    const ended = new Promise<void>(resolve => worker.once('exit', () => {
      port1.close()
      resolve()
      if (!closing)
        beginAgain(startedAtMs)
    }))
    return { worker, port: port1, cells, ended }
  }

  function beginAgain(startedAtMs: number): void {
    owner.onDeath()
    if (performance.now() - startedAtMs > livedMs)
      pauseMs = firstPauseMs
    timer = setTimeout(() => {
      present = begin()
      owner.rejoin().forEach(post)
    }, pauseMs).unref()
    pauseMs = Math.min(longestPauseMs, pauseMs * 2)
  }

  function post(message: ToKeeper): void {
    present.port.postMessage(message)
    Atomics.add(present.cells, 0, 1)
    Atomics.notify(present.cells, 0)
  }

  return {
    post,
    /** Delivers what the thread has said so far, without waiting for this thread's next round of events. */
    deliver(): void {
      for (let received = receiveMessageOnPort(present.port); received; received = receiveMessageOnPort(present.port))
        owner.onMessage(received.message as FromKeeper)
    },
    async close(): Promise<void> {
      closing = true
      clearTimeout(timer)
      post({ type: 'close' })
      const deadline = setTimeout(() => void present.worker.terminate(), closeDeadlineMs)
      await present.ended
      clearTimeout(deadline)
    },
    /** Ends the thread while this process exits and nothing can be awaited any more. */
    closeNow(): void {
      closing = true
      post({ type: 'close' })
      const deadline = performance.now() + exitDeadlineMs
      while (Atomics.load(present.cells, 1) === 0 && performance.now() < deadline);
    },
    kill: async (): Promise<void> => void await present.worker.terminate(),
  }
}
