import type { InferenceSession } from 'onnxruntime-node'
import type { BackendId, BackendReport } from '../../src-main/contract/model'
import process from 'node:process'
import { Tensor } from 'onnxruntime-node'
import { toErrorShape } from '../../src-main/contract/errors'
import { createSessionCache } from '../../src-main/runtime/worker/sessions'

/** What a probe is asked, as JSON in its first argument. */
export interface ProbeTask {
  readonly path: string
  readonly backends: readonly BackendId[]
  readonly optimisedDir: string | null
  /** Sizes of symbolic dimensions; 1 where absent. */
  readonly dims: Readonly<Record<string, number>>
}

export interface ProbeAnswer {
  readonly outputs: Readonly<Record<string, readonly number[]>>
  readonly report: BackendReport | null
  readonly error: { readonly code: string, readonly message: string } | null
}

/** Values that repeat, so that every process makes the same. */
export function feedsOf(session: InferenceSession, dims: ProbeTask['dims']): Record<string, Tensor> {
  return Object.fromEntries(session.inputMetadata.map((input) => {
    if (!input.isTensor)
      throw new Error(`${input.name} is no tensor`)
    const shape = input.shape.map(size => typeof size === 'number' ? size : dims[size] ?? 1)
    const values = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => Math.sin(index) / 2)
    return [input.name, new Tensor('float32', values, shape)]
  }))
}

async function probe({ path, backends, optimisedDir, dims }: ProbeTask): Promise<ProbeAnswer> {
  const sessions = createSessionCache({ threads: 1 })
  try {
    const session = await sessions.get(path, { backends, memoryMiB: 4096, optimisedDir })
    const outputs = await session.run(feedsOf(session, dims))
    return {
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, [...(tensor.data as Float32Array)]])),
      report: sessions.report(),
      error: null,
    }
  }
  catch (thrown) {
    return { outputs: {}, report: sessions.report(), error: toErrorShape(thrown) }
  }
  finally {
    await sessions.close()
  }
}

const [task] = process.argv.slice(2)
if (task?.startsWith('{'))
  void probe(JSON.parse(task) as ProbeTask).then(answer => process.stdout.write(`${JSON.stringify(answer)}\n`))
