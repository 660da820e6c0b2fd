import type { Job } from '../../contract/model'
import type { VerbContext } from './context'
import type { ExitStatus } from './exitStatus'
import type { Session } from './session'
import { exitStatus } from './exitStatus'
import { followJob } from './followJob'
import { interruptible } from './interrupt'
import { describeJob, itemLines, jobStatus, readResults, summaryLine } from './jobReport'

/**
 * Reaches or opens the lab, gets a job from `start`, waits for its end and shows what came of it: the shared part of
 * `submit --wait`, `sample`, `retry --wait` and `jobs ID --wait`.
 */
export function runAndShow(context: VerbContext, start: (lab: Session) => Promise<Job>): Promise<ExitStatus> {
  return interruptible(signal => context.withLab('run', async (lab) => {
    const { id } = await start(lab)
    const { job, ended, deviceName } = await followJob(lab, id, context.output, signal)
    if (ended) {
      await show(lab, job, context)
      context.output.talk(summaryLine(job, deviceName))
      if (job.error)
        context.output.talk(`tranche: ${job.error.message}`)
      return jobStatus(job)
    }
    const owner = await lab.owner()
    context.output.answer(describeJob(job), () => [])
    context.output.talk(owner.self || owner.kind === 'cli'
      ? `Stopped waiting. ${id} keeps what it has done and waits for the app, tranche serve, or: tranche jobs ${id} --wait`
      : `Stopped waiting. ${id} goes on in process ${owner.pid}. Wait again with: tranche jobs ${id} --wait`)
    context.output.talk(`Stop it with: tranche cancel ${id}`)
    return exitStatus.interrupted
  }))
}

async function show(lab: Session, job: Job, { output }: VerbContext): Promise<void> {
  if (!output.json) {
    for await (const { item, result } of readResults(lab, job))
      output.print(itemLines(job, item, result, output.style))
    return
  }
  const results = new Map<number, unknown>()
  for await (const { item, result } of readResults(lab, job)) {
    if (item.state === 'done')
      results.set(item.index, result)
  }
  output.answer(describeJob(job, results), () => [])
}
