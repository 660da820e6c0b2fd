import type { ErrorShape } from '../contract/errors'
import type { Death } from '../runtime/death'
import type { RunningJob } from '../runtime/workerTypes'
import type { JobRow } from '../store/jobs'
import type { RequeueReason } from './jobState'
import { deathError } from '../runtime/death'
import { crashLimit, killLimit } from './jobState'

/** Inputs in a row that ended their worker, without a result in between, after which the model is taken for the cause. */
const badInputLimit = 10

/**
 * Who is to blame for a worker's death: a reason to try again, `input` for the one input that it computed alone, or the failure
 * of the whole job. Pure.
 *
 * What would happen again in the same way is not tried again: a model that takes too much memory or hangs while it loads. After
 * any other death inputs are computed one at a time, and the one that is computed when the worker dies again is its cause.
 * A worker that was ended from outside is nobody's fault, until it happens too often.
 */
export function blameOf(job: Pick<JobRow, 'crashesSinceResult' | 'killsSinceResult' | 'serving'>, { isLoaded, isAlone }: Pick<RunningJob, 'isLoaded' | 'isAlone'>, death: Death): RequeueReason | 'input' | ErrorShape {
  if (death.kind === 'killed')
    return job.killsSinceResult + 1 < killLimit ? 'worker-killed' : givenUp(death, killLimit)
  const isCertain = death.kind === 'breach' || death.kind === 'hung'
  if (!isLoaded && isCertain)
    return deathError(death)
  if (job.crashesSinceResult + 1 >= (isLoaded && isAlone ? badInputLimit : crashLimit))
    return givenUp(death, job.crashesSinceResult + 1)
  return isLoaded && isAlone && !job.serving ? 'input' : 'worker-died'
}

function givenUp(death: Death, times: number): ErrorShape {
  const error = deathError(death)
  return { ...error, message: `The worker died ${times} times in a row on this job without a result in between. The last time: ${error.message}` }
}
