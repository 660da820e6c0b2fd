import type { InferenceSession } from 'onnxruntime-node'
import type { BackendId, BackendReport } from '../../contract/model'
import type { LoadedModel } from './backends/loadedModel'
import type { Optimisation } from './backends/providers'
import type { SessionFacts } from './backends/report'
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { basename } from 'node:path'
import process from 'node:process'
import { systemCode, TrancheError } from '../../contract/errors'
import { printable } from '../../recipes/onnx/printable'
import { createLoadedModel } from './backends/loadedModel'
import { openSession } from './backends/openSession'
import { orderOf } from './backends/order'
import { mergeReports } from './backends/report'
import { openSavedModels } from './backends/savedModels'
import { inTurn } from './inTurn'

/** What a session is wanted for. */
export interface SessionWish {
  /** Backends in the order they are tried; after `cpu` nothing is left for another. */
  readonly backends: readonly BackendId[]
  /** Memory of the slice: models that are not in use make room for the next. */
  readonly memoryMiB: number
  readonly optimisation?: Optimisation
  /** Folder for models saved optimised, and for the record of the first runs; null to save none. */
  readonly optimisedDir: string | null
}

export type SessionCache = ReturnType<typeof createSessionCache>

interface Kept extends LoadedModel {
  readonly key: string
  readonly path: string
  readonly version: string
  usedAt: number
}

/**
 * Sessions that a worker keeps between jobs, so that the second job of a model does not load it again.
 *
 * What it hands out is not ONNX Runtime's own session but one that stands for the model: where memory was wanted and the
 * session released between two runs, the next run loads it again. While a run is under way it is never released. So nobody
 * has to say when a job ends, and a job whose models do not fit together still comes to its end.
 *
 * Loads are one after the other: that is how their memory is told apart, and two who want the same model share one load.
 */
export function createSessionCache({ threads }: { readonly threads: number }) {
  // Read now: a worker that is confined later cannot.
  const runtime = `${runtimeVersion()} ${process.platform} ${process.arch} ${cpus()[0]?.model ?? ''} ${availableParallelism()}`
  const models = new Map<string, Kept>()
  /** Models that were asked for or ran since the last report. */
  const touched = new Set<LoadedModel>()
  const told: { facts: readonly SessionFacts[], isGroupOver: boolean } = { facts: [], isGroupOver: true }
  const loads = inTurn()
  let uses = 0

  const residentMiB = () => [...models.values()].reduce((sum, model) => sum + model.residentMiB(), 0)

  function use(model: Kept): void {
    model.usedAt = ++uses
    touched.add(model)
  }

  function make(path: string, version: FileVersion, wish: SessionWish, key: string, isKept: boolean): Kept {
    const order = orderOf(wish.backends)
    const model: Kept = {
      key,
      path,
      version: version.text,
      usedAt: 0,
      ...createLoadedModel({
        path,
        sizeBytes: version.sizeBytes,
        order,
        onUse: () => use(model),
        ensure: () => ensure(model, wish),
        open: () => openSession({
          path,
          ...version,
          order,
          threads,
          optimisation: wish.optimisation ?? 'all',
          saved: isKept && wish.optimisedDir !== null ? openSavedModels(wish.optimisedDir, runtime) : null,
          scratch: wish.optimisedDir ?? tmpdir(),
        }),
      }),
    }
    return model
  }

  /** Loads a model that is not loaded, when it is its turn. */
  function ensure(model: Kept, wish: SessionWish): Promise<void> {
    return loads(async () => {
      if (model.isLoaded())
        return
      if (versionOf(model.path).text !== model.version)
        throw new TrancheError('conflict', `The model file ${printable(basename(model.path))} changed while a job used it. Run the job again.`)
      await makeRoom(wish.memoryMiB - model.sizeBytes / 1024 ** 2, model)
      await model.load()
      await makeRoom(wish.memoryMiB, model)
    })
  }

  /** Releases models, least recently used first, until what is left takes no more than `limitMiB` or is in use. */
  async function makeRoom(limitMiB: number, except?: LoadedModel): Promise<void> {
    const idle = [...models.values()].filter(model => model !== except && model.isLoaded() && !model.isRunning()).sort((a, b) => a.usedAt - b.usedAt)
    for (const model of idle) {
      if (residentMiB() <= limitMiB)
        return
      await model.release()
    }
  }

  return {
    /**
     * The session of a model file, loaded or found. A file that changed since is loaded anew, and the old session released.
     * Throws `bad_model`, and `unsupported` where none of the backends comes up.
     */
    async get(path: string, wish: SessionWish): Promise<InferenceSession> {
      const version = versionOf(path)
      const key = JSON.stringify([path, orderOf(wish.backends).asked, wish.optimisation, wish.optimisedDir])
      const known = models.get(key)
      if (known && known.version !== version.text) {
        models.delete(key)
        touched.delete(known)
        await known.release()
      }
      const model = models.get(key) ?? make(path, version, wish, key, true)
      models.set(key, model)
      if (told.isGroupOver) {
        touched.clear()
        told.facts = []
      }
      told.isGroupOver = false
      use(model)
      try {
        await ensure(model, wish)
      }
      catch (thrown) {
        if (models.get(key) === model && !model.isLoaded())
          models.delete(key)
        touched.delete(model)
        throw thrown
      }
      return model.handle
    },

    /** A session that is not kept: whoever asked for it releases it. Throws as `get` does. */
    async transient(path: string, wish: SessionWish): Promise<InferenceSession> {
      const model = make(path, versionOf(path), wish, path, false)
      await ensure(model, wish)
      return model.handle
    },

    /**
     * What ran the nodes of the models that were asked for or used since the last report, as one. Null if nothing is known
     * yet (no run so far), or nothing new.
     */
    report(): BackendReport | null {
      const facts = [...touched].flatMap(model => model.facts() ?? [])
      const isNew = facts.some(one => !told.facts.includes(one))
      told.facts = facts
      told.isGroupOver = true
      return isNew ? mergeReports(facts) : null
    },

    /** Memory that the loaded models take, as far as it was seen. */
    residentMiB,
    /** Releases models, least recently used first, until what is left is under the limit or in use. */
    trim: (limitMiB: number): Promise<void> => loads(() => makeRoom(limitMiB)),
    /** Releases all; those in use when their run is over. */
    close: (): Promise<void> => loads(async () => {
      for (const model of models.values())
        await model.release()
      models.clear()
    }),
  }
}

interface FileVersion {
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly text: string
}

function versionOf(path: string): FileVersion {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return { sizeBytes: size, mtimeMs, text: `${mtimeMs} ${size} ${ino}` }
  }
  catch (thrown) {
    throw new TrancheError('bad_model', `The model ${printable(basename(path))} cannot be read (${systemCode(thrown) ?? 'unknown reason'}). Add it again.`, { cause: thrown })
  }
}

function runtimeVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string }
  return version
}
