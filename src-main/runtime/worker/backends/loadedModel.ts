import type { InferenceSession } from 'onnxruntime-node'
import type { OpenedSession } from './openSession'
import type { Order } from './order'
import type { SessionFacts } from './report'
import type { Tally } from './tally'
import process from 'node:process'
import { TrancheError } from '../../../contract/errors'
import { readModelNodes } from './modelNodes'
import { createTally } from './tally'

/** A model as its recipe sees it: a session that is loaded again where it was released in between. */
export interface LoadedModel {
  readonly handle: InferenceSession
  readonly sizeBytes: number
  readonly isLoaded: () => boolean
  /** Whether a run is under way. */
  readonly isRunning: () => boolean
  /** Memory that it was seen to take, at least the size of its file; 0 while it is not loaded. */
  readonly residentMiB: () => number
  readonly load: () => Promise<void>
  /** Releases the session now, or at the end of the runs that are under way. */
  readonly release: () => Promise<void>
  /** What ran its nodes; null until a first run tells. */
  readonly facts: () => SessionFacts | null
}

export interface LoadedModelOptions {
  readonly path: string
  readonly sizeBytes: number
  readonly order: Order
  readonly open: () => Promise<OpenedSession>
  /** Called before each run: makes sure that it is loaded. Several at a time are one load. */
  readonly ensure: () => Promise<void>
  readonly onUse: () => void
}

/** A first run may fail for its input's sake; a record that no run completes ends after so many. */
const mostRecordedRuns = 5
const mebibyte = 1024 ** 2

/** Wraps the sessions of one model file, one after the other. */
export function createLoadedModel({ path, sizeBytes, order, open, ensure, onUse }: LoadedModelOptions): LoadedModel {
  let opened: OpenedSession | null = null
  let metadata: Pick<InferenceSession, 'inputNames' | 'outputNames' | 'inputMetadata' | 'outputMetadata'> | null = null
  let facts: SessionFacts | null = null
  let residentMiB = 0
  let running = 0
  let runs = 0
  let isReleasing = false

  const factsOf = ({ skipped }: OpenedSession, ran: Tally | null): SessionFacts => ({ asked: order.asked, skipped, ran })

  async function run(...args: Parameters<InferenceSession['run']>): Promise<InferenceSession.ReturnType> {
    running++
    try {
      if (!opened)
        await ensure()
      if (!opened)
        throw new TrancheError('internal', 'A model was released while it was about to run.')
      onUse()
      return opened.profile || runs === 0 ? await firstRuns(opened, args) : await opened.session.run(...args)
    }
    finally {
      running--
      if (isReleasing)
        await release()
    }
  }

  /** They tell which backend ran which node, and how much memory the model takes. */
  async function firstRuns(current: OpenedSession, args: Parameters<InferenceSession['run']>): Promise<InferenceSession.ReturnType> {
    runs++
    const before = process.memoryUsage.rss()
    let isTold = runs >= mostRecordedRuns
    try {
      const outputs = await current.session.run(...args)
      isTold = true
      return outputs
    }
    finally {
      if (opened === current)
        residentMiB += Math.max(0, process.memoryUsage.rss() - before) / mebibyte
      if (isTold && current.profile && opened === current) {
        opened = { ...current, profile: null }
        facts = factsOf(current, await current.profile.finish(current.session))
      }
    }
  }

  async function release(): Promise<void> {
    isReleasing = running > 0
    if (isReleasing || !opened)
      return
    const { session, profile } = opened
    opened = null
    residentMiB = 0
    await session.release()
    profile?.discard()
  }

  function known() {
    if (!metadata)
      throw new TrancheError('internal', 'A model was asked for its inputs before it was loaded.')
    return metadata
  }

  return {
    sizeBytes,
    isLoaded: () => opened !== null,
    isRunning: () => running > 0,
    residentMiB: () => residentMiB,
    release,
    async load() {
      const before = process.memoryUsage.rss()
      opened = await open()
      isReleasing = false
      runs = 0
      residentMiB = Math.max(sizeBytes, process.memoryUsage.rss() - before) / mebibyte
      const { inputNames, outputNames, inputMetadata, outputMetadata } = opened.session
      metadata = { inputNames, outputNames, inputMetadata, outputMetadata }
      if (!opened.isAccelerated)
        facts ??= factsOf(opened, nodesOnCpu(path))
      else if (!opened.profile)
        facts ??= factsOf(opened, null)
    },
    facts: () => facts,
    handle: {
      run: run as InferenceSession['run'],
      release,
      startProfiling: () => {},
      endProfiling: () => {},
      get inputNames() { return known().inputNames },
      get outputNames() { return known().outputNames },
      get inputMetadata() { return known().inputMetadata },
      get outputMetadata() { return known().outputMetadata },
    },
  }
}

/** With the CPU alone there is nothing to find out: these are the model's own nodes, before ONNX Runtime joins some. */
function nodesOnCpu(path: string): Tally | null {
  try {
    const tally = createTally()
    for (const [operator, count] of readModelNodes(path).operators) {
      if (operator !== 'Constant')
        tally.add('cpu', operator, count)
    }
    return tally.result()
  }
  catch {
    return null
  }
}
