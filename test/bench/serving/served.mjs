import { setTimeout as sleep } from 'node:timers/promises'

/** A request's one tensor: float32, as the socket carries it. */
export function wire(name, shape, values) {
  return { name, dtype: 'float32', shape, data: Buffer.from(Float32Array.from(values).buffer).toString('base64') }
}

/** Submits a served model, and resolves with its id once it has answered. */
export async function serveModel(client, submission, inputs) {
  const { id } = await client.call('jobs.submit', { recipe: 'tensor', inputs: [], ...submission })
  await started(client, id)
  await client.call('jobs.infer', { id, inputs })
  return id
}

/** Resolves once a job has a slice. */
export async function started(client, id) {
  await reached(client, id, ({ state }) => state !== 'queued')
}

/** Cancels a job, and resolves once its slice is free. */
export async function endModel(client, id) {
  await client.call('jobs.cancel', { id })
  for (;;) {
    const devices = await client.call('devices.list', {})
    if (!devices.some(({ slices }) => slices.some(({ lease }) => lease?.holder === id)))
      return
    await sleep(2)
  }
}

async function reached(client, id, holds) {
  for (;;) {
    const job = await client.call('jobs.get', { id })
    if (job.state === 'failed')
      throw new Error(JSON.stringify(job.error))
    if (holds(job))
      return
    await sleep(2)
  }
}
