import type { SliceUse } from '../contract/model'
import type { Death } from './death'
import type { Sample } from './keeper/keeper'
import type { ChildProcess } from './processHost'
import type { FromWorker, PlainTensor, RunRequest, ToWorker } from './protocol'
import type { WorkerFiles } from './workerFiles'
import type { RunningJob, WorkerDeps, WorkerListener, WorkerSlice } from './workerTypes'
import { performance } from 'node:perf_hooks'
import { deathOf } from './death'
import { fromWorker } from './protocol'
import { createRequestRound } from './requestRound'
import { createStallTimer } from './stallTimer'

/** How long a worker may take to come to a batch's end once it was asked to, before it is killed. */
export const killDeadlineMs = 5000

/**
 * The process that holds a slice's sessions, as the lab sees it: `starting` -> `idle` <-> `running` -> `stopping` -> gone.
 * Once it was asked to stop, or its job to be cancelled, it is given `killDeadlineMs` and then killed. One that shows no
 * progress within its job's limit is killed too; one that takes too much memory is killed by the keeper.
 */
export class SliceWorker {
  #state: SliceUse['state'] = 'starting'
  #job: { readonly request: RunRequest, isLoaded: boolean, unanswered: number } | null = null
  #deadline: NodeJS.Timeout | null = null
  #death: Death | null = null
  #baselineMiB = 0
  #lastUse = { cpuMs: 0, atMs: performance.now() }
  #use = { cores: 0, memoryMiB: 0 }
  readonly #stall = createStallTimer(limitMs => this.#end({ kind: 'hung', limitMs }))
  readonly #ask = createRequestRound(message => this.#post(message))
  readonly #child: ChildProcess
  readonly #exited: Promise<void>

  constructor(private readonly deps: WorkerDeps, readonly slice: WorkerSlice, readonly files: WorkerFiles, private readonly listener: WorkerListener) {
    this.#child = deps.host.fork(deps.entry, {
      name: `Tranche worker ${slice.name}`,
      env: { ...slice.env, TRANCHE_THREADS: String(slice.threads), OMP_NUM_THREADS: String(slice.threads) },
    })
    this.#post({ type: 'confine', read: [...files.read], write: [...files.write] })
    this.#child.onMessage(message => this.#receive(message))
    this.#exited = new Promise(resolve => this.#child.onExit((how) => {
      this.#leave()
      const job = this.#running()
      this.#job = null
      this.#state = 'stopping'
      listener.onExit(slice.id, job, this.#death ?? deathOf(how))
      resolve()
    }))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isIdle(): boolean {
    return this.#job === null && this.#state !== 'stopping'
  }

  get epoch(): number | null {
    return this.#job?.request.epoch ?? null
  }

  /** Starts a job. The worker must be idle; a process that is still starting takes it up once it is there. */
  run(request: RunRequest, timeLimitMs: number | null): void {
    if (!this.isIdle)
      throw new Error(`The worker of ${this.slice.id} is ${this.#state}`)
    this.#job = { request, isLoaded: false, unanswered: 0 }
    if (this.#state !== 'starting')
      this.#setRunning()
    this.#stall.start(timeLimitMs)
    this.#post(request)
  }

  /** Lets a job begin that was held, with the inputs from an index on. */
  go(message: Extract<ToWorker, { type: 'go' }>): void {
    if (this.epoch !== message.epoch)
      return
    this.#busy(true)
    this.#stall.restart()
    this.#post(message)
  }

  /** Asks for the job to come to a point where another worker can go on. False if it does not have that job. */
  yieldJob(epoch: number): boolean {
    if (this.epoch === epoch)
      this.#post({ type: 'yield', epoch })
    return this.epoch === epoch
  }

  /** Asks for the job to end at its batch's end, and kills the process where that takes too long. False if it does not have that job. */
  cancel(epoch: number): boolean {
    if (this.epoch !== epoch)
      return false
    this.#post({ type: 'cancel', epoch })
    this.#killAfter(killDeadlineMs)
    return true
  }

  /** Hands a request to a served model. False if it does not have that job, or has not loaded it yet. */
  infer(epoch: number, request: number, inputs: readonly PlainTensor[]): boolean {
    if (this.epoch !== epoch || !this.#job?.isLoaded)
      return false
    this.#job.unanswered++
    this.#busy(true)
    this.#stall.restart()
    this.#ask(epoch, { request, inputs: [...inputs] })
    return true
  }

  /** Ends the process; resolves when it is gone. */
  stop(deadlineMs = killDeadlineMs): Promise<void> {
    if (this.#state !== 'stopping') {
      this.#state = 'stopping'
      this.#death = { kind: 'stopped' }
      this.#leave()
      this.#post({ type: 'stop' })
      this.#killAfter(deadlineMs)
    }
    return this.#exited
  }

  /** Where processes cannot be stopped: for how long it may begin inputs, or 0 to wait before the next. */
  turn(ms: number): void {
    this.#post({ type: 'turn', ms })
  }

  /** It was ended for taking more memory than its slice has. */
  breached(breach: Extract<Death, { kind: 'breach' }>): void {
    this.#death = breach
  }

  sampled({ cpuMs, rssMiB }: Sample): void {
    const atMs = performance.now()
    this.#use = { cores: Math.max(0, cpuMs - this.#lastUse.cpuMs) / Math.max(1, atMs - this.#lastUse.atMs), memoryMiB: rssMiB }
    this.#lastUse = { cpuMs, atMs }
  }

  use(): SliceUse | null {
    const { id, threads, terms, memoryMiB } = this.slice
    return this.pid === undefined
      ? null
      : {
          sliceId: id,
          threads,
          pid: this.pid,
          state: this.#state,
          ...this.#use,
          usedMiB: Math.max(0, this.#use.memoryMiB - this.#baselineMiB),
          enforcement: this.deps.keeper.enforcementOf(terms, memoryMiB, this.pid),
          job: this.#job?.request.jobId ?? null,
        }
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
        return this.#ready(message.baselineMiB)
      case 'use':
        if (this.pid !== undefined)
          this.deps.keeper.reported(this.pid, message.memoryMiB)
        return this.sampled({ cpuMs: message.cpuMs, rssMiB: message.memoryMiB })
      default:
        this.#receiveOfJob(message)
    }
  }

  #ready(baselineMiB: number): void {
    if (this.#state !== 'starting' || this.pid === undefined)
      return
    this.#baselineMiB = baselineMiB
    this.#use = { cores: 0, memoryMiB: baselineMiB }
    this.deps.notes.add(this.pid)
    this.deps.keeper.join({ pid: this.pid, deviceId: this.slice.deviceId, terms: this.slice.terms, memory: { limitMiB: this.#hostLimitMiB(), baselineMiB } })
    this.#state = 'idle'
    if (this.#job)
      this.#setRunning()
  }

  /** On a real GPU the slice's memory is the GPU's: what the process takes of the host is watched for the host's sake alone. */
  #hostLimitMiB(): number {
    return this.slice.terms.byDriver ? Number.MAX_SAFE_INTEGER : this.slice.memoryMiB
  }

  #receiveOfJob(message: Extract<FromWorker, { jobId: string }>): void {
    if (this.#job?.request.epoch === message.epoch)
      this.#note(message)
    this.listener.onJobMessage(this.slice.id, message)
  }

  #note(message: Extract<FromWorker, { jobId: string }>): void {
    switch (message.type) {
      case 'loaded':
        if (this.#job)
          this.#job.isLoaded = true
        return this.#watch()
      case 'prepared':
        return this.#rest()
      case 'answers':
        if (this.#job)
          this.#job.unanswered -= message.answers.length
        return this.#watch()
      case 'finished':
      case 'failed':
      case 'yielded':
        this.#job = null
        this.#clearDeadline()
        this.#rest()
        if (this.#state === 'running')
          this.#state = 'idle'
        return
      default:
        this.#watch()
    }
  }

  /** A served model without a request has nothing to make progress with, and leaves its turns to others. */
  #watch(): void {
    if (this.#job?.request.serving && this.#job.isLoaded && this.#job.unanswered === 0)
      this.#rest()
    else
      this.#stall.restart()
  }

  #rest(): void {
    this.#stall.clear()
    this.#busy(false)
  }

  #running(): RunningJob | null {
    if (!this.#job)
      return null
    const { request, isLoaded } = this.#job
    return { jobId: request.jobId, epoch: request.epoch, isLoaded, isAlone: request.batchSize === 1 }
  }

  #setRunning(): void {
    this.#state = 'running'
    this.#busy(true)
  }

  #busy(isBusy: boolean): void {
    if (this.pid !== undefined && this.#state !== 'starting')
      this.deps.keeper.busy(this.pid, isBusy)
  }

  #end(death: Death): void {
    this.#death = death
    this.#child.kill()
  }

  #leave(): void {
    this.#clearDeadline()
    this.#stall.clear()
    if (this.pid !== undefined) {
      this.deps.keeper.leave(this.pid)
      this.deps.notes.remove(this.pid)
    }
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
