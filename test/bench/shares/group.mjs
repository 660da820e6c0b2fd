import { fork } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const nowMs = () => Number(process.hrtime.bigint()) / 1e6

/** Starts a worker on the model; resolves when it computes. */
export async function startWorker(model) {
  const child = fork(fileURLToPath(new URL('worker.mjs', import.meta.url)), [model])
  await once(child, 'message')
  return child
}

/** What each of the workers does in the next `ms`: runs, and the processor time they took. */
export async function work(workers, ms) {
  // Time to hear of it, also for one whose turn is not now.
  const fromMs = nowMs() + 300
  const answers = workers.map(worker => once(worker, 'message'))
  workers.forEach(worker => worker.send({ fromMs, toMs: fromMs + ms }))
  return (await Promise.all(answers)).map(([answer]) => answer)
}

/** Has workers stand still, stopped, while something else is measured. */
export async function without(workers, act) {
  workers.forEach(({ pid }) => process.kill(pid, 'SIGSTOP'))
  try {
    return await act()
  }
  finally {
    workers.forEach(({ pid }) => process.kill(pid, 'SIGCONT'))
  }
}
