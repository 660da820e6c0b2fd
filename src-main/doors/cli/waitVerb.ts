import type { Job } from '../../contract/model'
import type { VerbContext } from './context'
import type { ExitStatus } from './exitStatus'
import type { Output } from './output'
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
    const { output } = context
    const lines = new ResultLines(lab, output)
    const { job, ended, deviceName } = await followJob(lab, id, output, async job => output.json ? undefined : lines.show(job), signal)
    if (ended) {
      if (output.json)
        output.answer(await describeWithResults(lab, job), () => [])
      output.talk(summaryLine(job, deviceName))
      if (job.error)
        output.talk(`tranche: ${job.error.message}`)
      return jobStatus(job)
    }
    const owner = await lab.owner()
    output.answer(describeJob(job), () => [])
    output.talk(owner.self || owner.kind === 'cli'
      ? `Stopped waiting. ${id} keeps what it has done and waits for the app, \`tranche serve\`, or \`tranche jobs ${id} --wait\`.`
      : `Stopped waiting. ${id} goes on in process ${owner.pid}. \`tranche jobs ${id} --wait\` waits again.`)
    output.talk(`\`tranche cancel ${id}\` stops it.`)
    return exitStatus.interrupted
  }))
}

/** Prints what came of each input, in order, as soon as it and all before it have ended. */
class ResultLines {
  private next = 0

  constructor(private readonly lab: Session, private readonly output: Output) {}

  async show(job: Job): Promise<void> {
    const ended = job.state === 'running' || job.state === 'queued' || job.state === 'suspended' ? job.items.findIndex(({ index, state }) => index >= this.next && state === 'pending') : -1
    const ready = job.items.slice(this.next, ended === -1 ? undefined : ended)
    this.next += ready.length
    for await (const { item, result } of readResults(this.lab, job, ready))
      this.output.print(itemLines(job, item, result, this.output.style))
  }
}

async function describeWithResults(lab: Session, job: Job) {
  const results = new Map<number, unknown>()
  for await (const { item, result } of readResults(lab, job, job.items)) {
    if (item.state === 'done')
      results.set(item.index, result)
  }
  return describeJob(job, results)
}
