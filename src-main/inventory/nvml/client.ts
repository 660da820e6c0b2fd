import type { ChildProcess, ProcessHost } from '../../runtime/processHost'
import type { NvmlCall, NvmlMigMode, NvmlRequest, NvmlValue } from './protocol'
import type { NvmlInstance, NvmlReading } from './reading'
import { TrancheError } from '../../contract/errors'
import { fromNvml, nvmlValues } from './protocol'

export interface NvmlOptions {
  /** Path of the library; the driver's own if absent. */
  readonly library?: string
  /** File by which the processes of one lab take turns at changes; none if absent. */
  readonly lock?: string
  /** How long a reading may take. */
  readonly deadlineMs: number
  /** How long a change may take: making instances and turning MIG on are slower. 60 s if absent. */
  readonly changeDeadlineMs?: number
  /** Hears of each end of the process that nobody asked for, in a sentence. */
  readonly onFault: (what: string) => void
}

/** NVML in a process of its own. A call waits for those before it; each can reject with a TrancheError. */
export interface NvmlClient {
  /** Everything of every GPU. A missing or failing driver is an answer, not an error. */
  readonly read: () => Promise<NvmlReading>
  /** The same, to act upon: waits for an earlier process of this lab that may still be changing a GPU. */
  readonly readAlone: () => Promise<NvmlReading>
  /**
   * Creates a GPU instance and its compute instances (`compute`: slices of each; none if empty), all or nothing, and
   * answers what the driver made. Throws `conflict` where the driver has no room.
   */
  readonly createInstance: (uuid: string, wanted: { readonly profileId: number, readonly start: number, readonly size: number, readonly compute: readonly number[] }) => Promise<NvmlInstance>
  /** Destroys the GPU instance at a place, its compute instances first. Throws `in_use` with the processes. */
  readonly destroyInstance: (uuid: string, place: { readonly start: number, readonly size: number }) => Promise<void>
  /** Turns MIG on or off, perhaps only after the next reset of the GPU: see `NvmlMigMode`. Throws `in_use`. */
  readonly setMigMode: (uuid: string, enabled: boolean) => Promise<NvmlMigMode>
  /** Ends the process; a call under way rejects. A later call throws. */
  readonly close: () => void
}

/** A process may take this long to start before it counts as hung: the deadline of a call is for the driver alone. */
const startMs = 30_000
/** A process inside a driver that never returns cannot be ended even by SIGKILL; more than this many are not left behind. */
const mostStuck = 3
const notUnderstood = 'The process that talks to the NVIDIA driver gave an answer of a wrong shape.'

interface Call {
  readonly request: NvmlRequest
  readonly deadlineMs: number
  readonly resolve: (value: unknown) => void
  readonly reject: (failure: TrancheError) => void
}

/**
 * Opens NVML through `entry`, the script of its process, which starts with the first call. A call that passes its deadline
 * ends that process, as does a crash: the call rejects and the next one starts a new process.
 */
export function openNvml(host: ProcessHost, entry: string, options: NvmlOptions): NvmlClient {
  const waiting: Call[] = []
  let current: Call | null = null
  let child: ChildProcess | null = null
  let isReady = false
  let timer: NodeJS.Timeout | null = null
  let stuck = 0
  let isClosed = false

  function next(): void {
    if (current || waiting.length === 0)
      return
    if (!child && stuck >= mostStuck) {
      for (const call of waiting.splice(0))
        call.reject(new TrancheError('unsupported', `The NVIDIA driver does not answer: ${stuck} processes are stuck in it and cannot be ended. Restart the host.`))
      return
    }
    current = waiting.shift() ?? null
    child ??= start()
    if (isReady)
      post()
    else
      expectWithin(startMs, `The process that talks to the NVIDIA driver did not start within ${startMs / 1000} s.`)
  }

  function start(): ChildProcess {
    const started = host.fork(entry, { name: 'Tranche NVML', env: { ...(options.library && { TRANCHE_NVML: options.library }), ...(options.lock && { TRANCHE_NVML_LOCK: options.lock }) } })
    isReady = false
    stuck++
    started.onMessage(message => started === child && receive(message))
    started.onExit(({ code, signal }) => {
      stuck--
      if (started === child)
        lose(`The process that talks to the NVIDIA driver ended ${signal ? `by ${signal}` : `with exit code ${code}`}.`)
    })
    return started
  }

  function post(): void {
    if (!current || !child)
      return
    const seconds = current.deadlineMs / 1000
    expectWithin(current.deadlineMs, `The NVIDIA driver has not answered for ${seconds} s.`)
    child.send(current.request)
  }

  function expectWithin(ms: number, otherwise: string): void {
    clearTimeout(timer ?? undefined)
    timer = setTimeout(() => lose(otherwise), ms)
  }

  /** Gives the process up, whatever it is doing, and the call with it. */
  function lose(what: string): void {
    const lost = current
    const gone = child
    child = null
    current = null
    clearTimeout(timer ?? undefined)
    gone?.kill()
    options.onFault(what)
    lost?.reject(new TrancheError('unsupported', `${what} ${nextStep(lost.request)}`, { retryable: true }))
    next()
  }

  function receive(raw: unknown): void {
    const parsed = fromNvml.safeParse(raw)
    if (!parsed.success)
      return lose(notUnderstood)
    const message = parsed.data
    if (message.type === 'ready') {
      isReady = true
      post()
      return
    }
    if (!current)
      return
    const { request, resolve, reject } = current
    const value = message.type === 'answer' ? nvmlValues[request.call].safeParse(message.value) : null
    if (value && !value.success)
      return lose(notUnderstood)
    current = null
    clearTimeout(timer ?? undefined)
    if (message.type === 'failed')
      reject(TrancheError.fromShape(message.error))
    else
      resolve(value?.data)
    next()
  }

  async function call<C extends NvmlCall>(request: Extract<NvmlRequest, { call: C }>, deadlineMs = options.changeDeadlineMs ?? 60_000): Promise<NvmlValue<C>> {
    if (isClosed)
      throw new TrancheError('cancelled', 'Tranche is ending and asks the NVIDIA driver nothing more.')
    const value = await new Promise<unknown>((resolve, reject) => {
      waiting.push({ request, deadlineMs, resolve, reject })
      next()
    })
    return value as NvmlValue<C>
  }

  return {
    read: () => call<'read'>({ call: 'read' }, options.deadlineMs),
    readAlone: () => call<'read'>({ call: 'read', alone: true }),
    createInstance: (uuid, wanted) => call<'createInstance'>({ call: 'createInstance', uuid, ...wanted, compute: [...wanted.compute] }),
    destroyInstance: async (uuid, place) => void await call<'destroyInstance'>({ call: 'destroyInstance', uuid, ...place }),
    setMigMode: (uuid, enabled) => call<'setMigMode'>({ call: 'setMigMode', uuid, enabled }),
    close() {
      isClosed = true
      clearTimeout(timer ?? undefined)
      child?.kill()
      for (const call of [...(current ? [current] : []), ...waiting.splice(0)])
        call.reject(new TrancheError('cancelled', 'Tranche ended before the NVIDIA driver answered.'))
      child = null
      current = null
    },
  }
}

function nextStep({ call }: NvmlRequest): string {
  return call === 'read'
    ? 'Try again; if it stays so, look for NVRM lines in the kernel\'s log.'
    : 'Whether the change was made is not known: read the device again before the next one.'
}
