import type { EventRow } from '../../contract/model'
import type { Client } from '../../contract/router'
import type { RemoteClient } from '../socket/client'
import { setTimeout as delay } from 'node:timers/promises'
import { connectSocket } from '../socket/client'
import { connectionLoss } from '../socket/protocol'
import { whenAborted } from './interrupt'

/** Rows a call, as the contract allows. */
const pageRows = 5000
/** How often to look for an owner while there is none. */
const lookMs = 500
/** Many changes close together are read at once. */
const gatherMs = 100

/** The event log from `after` to its present end. */
export async function* readEvents(lab: Client, after: number): AsyncGenerator<EventRow> {
  let last = after
  for (;;) {
    const rows = await lab.call('events.list', { after: last, limit: pageRows })
    yield* rows
    last = rows.at(-1)?.seq ?? last
    if (rows.length < pageRows)
      return
  }
}

/**
 * Prints what happens after `after` until it is told to stop. It never owns the folder, so it is in no one's way: while
 * there is no owner it waits for one, and then catches up from the last event it saw.
 */
export async function followEvents(stateDir: string, after: number, print: (row: EventRow) => void, signal: AbortSignal): Promise<void> {
  let last = after
  while (!signal.aborted) {
    const remote = await connectSocket(stateDir)
    if (remote) {
      const note = (row: EventRow) => {
        last = row.seq
        print(row)
      }
      await followOwner(remote, () => last, note, signal)
    }
    await delay(lookMs, undefined, { signal }).catch(() => undefined)
  }
}

async function followOwner(remote: RemoteClient, last: () => number, note: (row: EventRow) => void, signal: AbortSignal): Promise<void> {
  const gone = new AbortController()
  const over = AbortSignal.any([signal, gone.signal])
  const ended = whenAborted(over)
  void remote.closed.then(() => gone.abort())
  let changed = true
  let wake = () => {}
  remote.on('changed', () => {
    changed = true
    wake()
  })
  try {
    while (!over.aborted) {
      if (!changed)
        await Promise.race([ended, new Promise<void>(resolve => wake = resolve)])
      changed = false
      for await (const row of readEvents(remote, last()))
        note(row)
      await delay(gatherMs, undefined, { signal: over }).catch(() => undefined)
    }
  }
  catch (thrown) {
    if (!connectionLoss(thrown))
      throw thrown
  }
  finally {
    remote.close()
  }
}
