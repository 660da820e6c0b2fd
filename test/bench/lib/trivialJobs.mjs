/** Jobs that add four numbers, for measurements of everything around them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes the model into the lab's folder. Returns a job of one input, on that device if one is named. */
export function trivialJob({ stateDir }, addModel, device) {
  const model = join(stateDir, 'add.onnx')
  writeFileSync(model, addModel())
  return { recipe: 'tensor', model, inputs: [], synthetic: 1, ...device && { device } }
}

/** Runs jobs until every slice has its worker and the model loaded. */
export async function warmUp(client, trivial, slices) {
  await client.call('jobs.submitMany', { submissions: Array.from({ length: 10 * slices }, () => trivial) })
  await settled(client)
}

/** Waits until no job waits or runs. Returns how many are in each state. */
export async function settled(client) {
  for (;;) {
    const { states } = await client.call('jobs.query', { limit: 1 })
    if (states.queued + states.running === 0)
      return states
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

export async function allDone(client) {
  const { failed } = await settled(client)
  if (failed > 0)
    throw new Error(`${failed} jobs failed`)
}

/** Milliseconds that work takes. */
export async function timed(work) {
  const from = performance.now()
  await work()
  return performance.now() - from
}
