import type { Serving } from '../../contract/model'
import type { RequestRun } from '../../recipes/recipe'
import type { InferAnswer, PlainTensor, RunRequest } from '../protocol'
import type { JobTools } from './jobTools'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { toErrorShape, TrancheError } from '../../contract/errors'
import { monotonicMs } from '../monotonicMs'
import { createBatcher } from './batcher'
import { openRecipe } from './runJob'

/** A job that answers requests, from the moment it was asked for. */
export interface ServedModel {
  /** Takes a request; before the model is loaded it waits, and once the job leaves off it is left to the next worker. */
  readonly infer: (request: number, inputs: readonly PlainTensor[]) => void
  /** Resolves when the job has ended here. Never rejects. */
  readonly ended: Promise<void>
}

interface Asked {
  readonly request: number
  readonly inputs: readonly PlainTensor[]
  readonly atMs: number
}

interface Accepted extends Asked {
  readonly decoded: unknown
}

/**
 * Serves a model until the lab asks the job to leave off. The model is loaded and warm before the first request is taken; where
 * the job is held, it waits for its turn like that. Requests of one kind that come at the same time run together. When the
 * job leaves off, the group under way is answered; what has not begun is not answered, and the lab sends it to the next worker.
 */
export function serveJob(request: RunRequest, serving: Serving, tools: JobTools): ServedModel {
  const early: Asked[] = []
  let accept = (asked: Asked): void => void early.push(asked)

  async function serve(): Promise<void> {
    const { jobId, epoch } = request
    const about = { jobId, epoch }
    const { say, control } = tools
    try {
      const startedAt = performance.now()
      const { requests } = await openRecipe(request, tools)
      if (!requests)
        throw new TrancheError('unsupported', `The recipe ${request.recipe} answers no requests. Serve a model with the recipe tensor.`)
      await warm(requests)
      if (request.hold && !control.isCancelled())
        say({ type: 'prepared', ...about, warmMs: performance.now() - startedAt })
      if (request.hold && await control.begun === null)
        return say({ type: 'finished', ...about })
      say({ type: 'loaded', ...about, loadMs: performance.now() - startedAt })
      if (request.hold)
        say({ type: 'began', ...about, atMs: monotonicMs() })
      const groups = createBatcher<Accepted>({
        ...serving,
        maxBatch: requests.mostTogether(serving.maxBatch),
        kindOf: ({ decoded }) => requests.kindOf(decoded),
        run: group => answerGroup(requests, group, request, tools),
      })
      accept = (asked) => {
        try {
          groups.add({ ...asked, decoded: requests.read(asked.inputs) })
        }
        catch (thrown) {
          say({ type: 'answers', ...about, answers: [{ request: asked.request, answer: { ok: false, error: toErrorShape(thrown) } }] })
        }
      }
      early.splice(0).forEach(accept)
      await control.asked
      accept = () => {}
      await groups.close()
      if (control.isCancelled())
        say({ type: 'finished', ...about })
      else
        say({ type: 'yielded', ...about, carry: null, atMs: monotonicMs() })
    }
    catch (thrown) {
      accept = () => {}
      say({ type: 'failed', ...about, error: toErrorShape(thrown) })
    }
  }

  return {
    infer: (number, inputs) => accept({ request: number, inputs, atMs: performance.now() }),
    ended: serve(),
  }
}

/** Never rejects: what fails here fails again where it counts. */
async function warm(requests: RequestRun): Promise<void> {
  await requests.warmUp().catch(() => {})
}

/** Runs a group and answers all its members in one message. Never rejects. */
async function answerGroup(requests: RequestRun, group: readonly Accepted[], job: RunRequest, tools: JobTools): Promise<void> {
  await tools.gate.wait()
  const outcomes = await requests.computeTogether(group.map(({ decoded }) => decoded)).catch((failed: unknown) => group.map(() => ({ failed })))
  const about = { jobId: job.jobId, epoch: job.epoch }
  const answers = group.map(({ request, atMs }, place) => {
    const outcome = outcomes[place]
    const answer: InferAnswer = 'failed' in outcome
      ? { ok: false, error: toErrorShape(outcome.failed) }
      : { ok: true, outputs: [...outcome], latencyMs: performance.now() - atMs, batch: group.length }
    return { request, answer }
  })
  tools.say({ type: 'answers', ...about, answers })
  const report = tools.sessions.report()
  if (report)
    tools.say({ type: 'ran', ...about, report })
  // ONNX Runtime held this thread: what came in meanwhile is read now, so that it joins the next group.
  await setImmediate()
}
