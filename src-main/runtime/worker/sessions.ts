import type { InferenceSession } from 'onnxruntime-node'
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { TrancheError } from '../../contract/errors'

/** Sessions a worker keeps between jobs, so that the second job of a model does not load it again. */
export function createSessionCache(threads: number) {
  const sessions = new Map<string, Promise<InferenceSession>>()
  return {
    /** The session of a model file. A file that changed since is loaded anew. Throws `bad_model`. */
    get(path: string): Promise<InferenceSession> {
      const { mtimeMs, size } = statSync(path)
      const key = `${path}\0${mtimeMs}\0${size}`
      const known = sessions.get(key)
      if (known)
        return known
      const loading = load(path, threads)
      sessions.set(key, loading)
      loading.catch(() => sessions.delete(key))
      return loading
    },
  }
}

async function load(path: string, threads: number): Promise<InferenceSession> {
  const { InferenceSession } = await import('onnxruntime-node')
  try {
    return await InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    })
  }
  catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(path, basename(path)) : String(thrown)
    throw new TrancheError('bad_model', `ONNX Runtime cannot load ${basename(path)}: ${reason}`, { cause: thrown })
  }
}
