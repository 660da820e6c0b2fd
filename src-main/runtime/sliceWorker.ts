import type { SliceUse } from '../contract/model'
import type { ChildProcess, ProcessHost } from './processHost'
import type { FromWorker, RunRequest, ToWorker } from './protocol'
import { performance } from 'node:perf_hooks'
import { fromWorker } from './protocol'

export interface WorkerListener {
  /** A message about a job; the receiver checks its epoch. */
  readonly onJobMessage: (sliceId: string, message: Extract<FromWorker, { jobId: string }>) => void
  /** The process is gone. `job` is what it was running, or null. */
  readonly onExit: (sliceId: string, job: { readonly jobId: string, readonly epoch: number } | null, why: string) => void
}

export interface WorkerSlice {
  readonly id: string
  readonly name: string
  readonly threads: number
}

/** How long a worker may take to come to a batch's end once it was asked to, before it is killed. */
export const killDeadlineMs = 5000

/**
 * The process that holds a slice's sessions, as the lab sees it: `starting` -> `idle` <-> `running` -> `stopping` -> gone.
 * Once it was asked to stop, or its job to be cancelled, it is given `killDeadlineMs` and then killed.
 */
export class SliceWorker {
  #state: SliceUse['state'] = 'starting'
  #job: RunRequest | null = null
  #deadline: NodeJS.Timeout | null = null
  #lastUse = { cpuMs: 0, atMs: performance.now() }
  #use = { cores: 0, memoryMiB: 0 }
  readonly #child: ChildProcess
  readonly #exited: Promise<void>

  constructor(host: ProcessHost, entry: string, readonly slice: WorkerSlice, private readonly listener: WorkerListener) {
    this.#child = host.fork(entry, {
      name: `Tranche worker ${slice.name}`,
      env: { TRANCHE_THREADS: String(slice.threads), OMP_NUM_THREADS: String(slice.threads) },
    })
    this.#child.onMessage(message => this.#receive(message))
    this.#exited = new Promise(resolve => this.#child.onExit(({ code, signal }) => {
      this.#clearDeadline()
      const job = this.#job
      this.#job = null
      this.#state = 'stopping'
      listener.onExit(slice.id, job, signal ? `ended by ${signal}` : `ended with exit code ${code}`)
      resolve()
    }))
  }

  get isIdle(): boolean {
    return this.#job === null && this.#state !== 'stopping'
  }

  /** Starts a job. The worker must be idle; a process that is still starting takes it up once it is there. */
  run(request: RunRequest): void {
    if (!this.isIdle)
      throw new Error(`The worker of ${this.slice.id} is ${this.#state}`)
    this.#job = request
    this.#state = this.#state === 'starting' ? 'starting' : 'running'
    this.#post(request)
  }

  /** Asks for the job to end at its batch's end, and kills the process where that takes too long. False if it does not have that job. */
  cancel(epoch: number): boolean {
    if (this.#job?.epoch !== epoch)
      return false
    this.#post({ type: 'cancel', epoch })
    this.#killAfter(killDeadlineMs)
    return true
  }

  /** Ends the process; resolves when it is gone. */
  stop(deadlineMs = killDeadlineMs): Promise<void> {
    if (this.#state !== 'stopping') {
      this.#state = 'stopping'
      this.#post({ type: 'stop' })
      this.#killAfter(deadlineMs)
    }
    return this.#exited
  }

  use(): SliceUse | null {
    const pid = this.#child.pid
    return pid === undefined ? null : { sliceId: this.slice.id, threads: this.slice.threads, pid, state: this.#state, ...this.#use }
  }

  #receive(raw: unknown): void {
    const parsed = fromWorker.safeParse(raw)
    if (!parsed.success) {
      // Only a process that a model took over, or a fault of ours, speaks like this: neither may go on.
      this.#child.kill()
      return
    }
    const message = parsed.data
    switch (message.type) {
      case 'ready':
        if (this.#state === 'starting')
          this.#state = this.#job ? 'running' : 'idle'
        break
      case 'use':
        this.#noteUse(message)
        break
      default:
        this.#receiveOfJob(message)
    }
  }

  #receiveOfJob(message: Extract<FromWorker, { jobId: string }>): void {
    const ended = message.type === 'finished' || message.type === 'failed'
    if (ended && this.#job?.epoch === message.epoch) {
      this.#job = null
      this.#clearDeadline()
      if (this.#state === 'running')
        this.#state = 'idle'
    }
    this.listener.onJobMessage(this.slice.id, message)
  }

  #noteUse({ cpuMs, memoryMiB }: { readonly cpuMs: number, readonly memoryMiB: number }): void {
    const atMs = performance.now()
    this.#use = { cores: Math.max(0, cpuMs - this.#lastUse.cpuMs) / Math.max(1, atMs - this.#lastUse.atMs), memoryMiB }
    this.#lastUse = { cpuMs, atMs }
  }

  #post(message: ToWorker): void {
    this.#child.send(message)
  }

  #killAfter(deadlineMs: number): void {
    this.#deadline ??= setTimeout(() => this.#child.kill(), deadlineMs)
  }

  #clearDeadline(): void {
    clearTimeout(this.#deadline ?? undefined)
    this.#deadline = null
  }
}
