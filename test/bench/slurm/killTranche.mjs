import { setTimeout as sleep } from 'node:timers/promises'
import { settled, warmUp } from '../lib/trivialJobs.mjs'
import { deviceCount, openTranche } from './sides.mjs'

const page = 1000

/** One round: submits, kills, starts again and waits. See `tally` for what it returns. */
export async function killTranche(afterMs) {
  const acknowledged = []
  let submits = 0
  const submitUntil = async ({ client, trivial }, afterKill, isOver) => {
    while (!isOver()) {
      const name = `job-${submits++}`
      const id = await client.call('jobs.submit', { ...trivial, name }).then(job => job.id, (error) => {
        if (!isOver())
          throw error
      })
      if (id !== undefined)
        acknowledged.push({ name, id, afterKill })
    }
  }
  const first = await openTranche()
  // Not 15 worker processes that start at once on few cores.
  await warmUp(first.client, first.trivial, deviceCount)
  let isKilled = false
  const submitting = submitUntil(first, false, () => isKilled)
  await Promise.race([sleep(afterMs), submitting])
  isKilled = true
  await first.lab.kill()
  await submitting
  const from = performance.now()
  const second = await openTranche(first.lab.stateDir)
  const backMs = performance.now() - from
  try {
    const endsAt = performance.now() + 1000
    await submitUntil(second, true, () => performance.now() > endsAt)
    await Promise.race([settled(second.client), sleep(120_000)])
    const rows = await allJobs(second.client)
    const names = new Map(rows.map(({ id, name }) => [id, name]))
    const events = await allEvents(second.client)
    const named = type => events.filter(event => event.type === type).map(({ subject }) => names.get(subject) ?? subject)
    return {
      acknowledged,
      known: names,
      unended: new Set(rows.filter(({ state }) => state !== 'done').map(({ name }) => name)),
      begun: named('job.started'),
      ended: named('job.finished'),
      backMs,
    }
  }
  finally {
    await second.lab.stop()
  }
}

async function allJobs(client) {
  const rows = []
  for (;;) {
    const { rows: more, total } = await client.call('jobs.query', { offset: rows.length, limit: page })
    rows.push(...more)
    if (rows.length >= total)
      return rows
  }
}

async function allEvents(client) {
  const events = []
  for (;;) {
    const more = await client.call('events.list', { after: events.at(-1)?.seq ?? 0, limit: page })
    events.push(...more)
    if (more.length < page)
      return events
  }
}
