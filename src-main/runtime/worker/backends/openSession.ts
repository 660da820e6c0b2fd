import type { InferenceSession } from 'onnxruntime-node'
import type { BackendId } from '../../../contract/model'
import type { Order } from './order'
import type { Profile } from './profile'
import type { Optimisation } from './providers'
import type { Skipped } from './report'
import type { SavedModels } from './savedModels'
import { basename } from 'node:path'
import { TrancheError } from '../../../contract/errors'
import { runtimeMessage } from '../../../recipes/onnx/openModel'
import { printable } from '../../../recipes/onnx/printable'
import { backendNames, readRuntimeFiles, whyNotInstalled } from './installed'
import { readModelNodes } from './modelNodes'
import { blamed } from './order'
import { startProfile } from './profile'
import { sessionOptions } from './providers'

export interface OpenRequest {
  readonly path: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly order: Order
  readonly threads: number
  readonly optimisation: Optimisation
  /** Models saved optimised, or null to load the model itself. */
  readonly saved: SavedModels | null
  /** Folder that may hold the record of the first runs. */
  readonly scratch: string
}

export interface OpenedSession {
  readonly session: InferenceSession
  /** Backends of the order that did not come up. */
  readonly skipped: readonly Skipped[]
  /** Whether accelerators are in the session beside the CPU. */
  readonly isAccelerated: boolean
  /** The record of the first runs; null for the CPU alone, whose nodes need none, and where none can be made. */
  readonly profile: Profile | null
}

/**
 * Makes a session with the backends of an order that come up, the others left out and named. Throws `bad_model` where ONNX
 * Runtime refuses the model, and `unsupported` where no backend that was asked for comes up.
 */
export async function openSession(request: OpenRequest): Promise<OpenedSession> {
  const files = readRuntimeFiles()
  const skipped: Skipped[] = request.order.accelerators.flatMap((backend) => {
    const why = whyNotInstalled(backend, files)
    return why === null ? [] : [{ backend, why }]
  })
  for (;;) {
    const accelerators = request.order.accelerators.filter(id => skipped.every(({ backend }) => backend !== id))
    if (accelerators.length === 0 && !request.order.allowsCpu)
      throw await nothingComesUp(request, skipped)
    try {
      return { ...await create(request, accelerators), skipped, isAccelerated: accelerators.length > 0 }
    }
    catch (thrown) {
      const message = runtimeMessage(thrown)
      const backend = blamed(message, accelerators)
      if (!backend)
        throw badModel(request.path, message, thrown)
      skipped.push({ backend, why: `${backendNames[backend]} did not come up: ${message}` })
    }
  }
}

async function create(request: OpenRequest, accelerators: readonly BackendId[]): Promise<Pick<OpenedSession, 'session' | 'profile'>> {
  const profile = accelerators.length > 0 && !mayRunForEver(request.path) ? startProfile(request.scratch) : null
  try {
    return { session: await load(request, accelerators, profile), profile }
  }
  catch (thrown) {
    profile?.discard()
    throw thrown
  }
}

/** A loop in a record of every node would fill the memory. */
function mayRunForEver(path: string): boolean {
  try {
    return readModelNodes(path).hasLoops
  }
  catch {
    return true
  }
}

/** From the saved model if there is one that loads, else from the model itself, which is then saved. */
async function load(request: OpenRequest, accelerators: readonly BackendId[], profile: Profile | null): Promise<InferenceSession> {
  const { path, threads, optimisation, saved } = request
  const { InferenceSession } = await import('onnxruntime-node')
  const open = (file: string, settings: { readonly optimisation: Optimisation, readonly optimizedModelFilePath?: string }) => {
    const { optimisation, ...more } = settings
    return InferenceSession.create(file, { ...sessionOptions({ accelerators, threads, optimisation }), ...profile?.options, ...more })
  }
  const source = { ...request, accelerators }
  if (!saved?.isWorthIt(source))
    return open(path, { optimisation })
  const copy = saved.find(source)
  if (copy !== null) {
    try {
      return await open(copy, { optimisation: 'disabled' })
    }
    catch {
      saved.discard(copy)
    }
  }
  const draft = readModelNodes(path).hasExternalData ? null : saved.draft(source)
  if (draft === null)
    return open(path, { optimisation })
  try {
    const session = await open(path, { optimisation, optimizedModelFilePath: draft })
    saved.keep(source, draft)
    return session
  }
  catch {
    // A full disk, or a graph that cannot be written: then it is only not saved.
    saved.discard(draft)
    return open(path, { optimisation })
  }
}

/** Tells a host without the backends from a model that nothing can load. */
async function nothingComesUp(request: OpenRequest, skipped: readonly Skipped[]): Promise<TrancheError> {
  const { path, order } = request
  try {
    await (await load({ ...request, optimisation: 'disabled', saved: null }, [], null)).release()
  }
  catch (thrown) {
    return badModel(path, runtimeMessage(thrown), thrown)
  }
  const only = order.asked.map(id => backendNames[id]).join(' and ')
  return new TrancheError(
    'unsupported',
    `This job may run on ${only} only, and that is not possible here: ${skipped.map(({ why }) => why).join('. ')}. Allow the CPU as well (\`--backend ${[...order.asked, 'cpu'].join(',')}\`), or mend that.`,
    { details: { asked: order.asked } },
  )
}

function badModel(path: string, message: string, cause: unknown): TrancheError {
  const name = printable(basename(path))
  return new TrancheError('bad_model', `ONNX Runtime cannot load ${name}: ${message.replaceAll(path, name)}`, { cause })
}
