import type { ChildProcess, ProcessHost } from '../../src-main/runtime/processHost'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openNvml } from '../../src-main/inventory/nvml/client'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Processes that never answer and that nothing ends, as those inside a driver that never returns. */
function undyingHost() {
  const ends: (() => void)[] = []
  const host: ProcessHost = {
    fork(): ChildProcess {
      return {
        pid: 1,
        send: () => {},
        onMessage: listener => void queueMicrotask(() => listener({ type: 'ready' })),
        onExit: listener => void ends.push(() => listener({ code: null, signal: 'SIGKILL' })),
        kill: () => {},
      }
    },
  }
  return { host, ends }
}

it('does not pile up processes that cannot be ended: it says so until one is gone', async () => {
  const { host, ends } = undyingHost()
  const client = openNvml(host, 'entry.js', { deadlineMs: 1000, onFault: () => {} })
  const hang = async () => {
    const failure = client.read().catch((thrown: unknown) => thrown)
    await vi.advanceTimersByTimeAsync(1001)
    return await failure
  }
  for (let i = 0; i < 3; i++)
    expect(await hang()).toMatchObject({ message: expect.stringContaining('has not answered for 1 s') })
  expect(await hang()).toMatchObject({ code: 'unsupported', message: expect.stringMatching(/3 processes are stuck in it.*Restart the host/) })
  expect(ends).toHaveLength(3)
  ends[0]()
  expect(await hang()).toMatchObject({ message: expect.stringContaining('has not answered for 1 s') })
  expect(ends).toHaveLength(4)
})

it('gives the driver its whole deadline, however long its process takes to start', async () => {
  let begin = () => {}
  const host: ProcessHost = {
    fork: () => ({
      pid: 1,
      send: () => {},
      onMessage: listener => void (begin = () => listener({ type: 'ready' })),
      onExit: () => {},
      kill: () => {},
    }),
  }
  const client = openNvml(host, 'entry.js', { deadlineMs: 1000, onFault: () => {} })
  let failure: unknown
  client.read().catch((thrown: unknown) => failure = thrown)
  await vi.advanceTimersByTimeAsync(20_000)
  begin()
  await vi.advanceTimersByTimeAsync(900)
  expect(failure).toBeUndefined()
  await vi.advanceTimersByTimeAsync(200)
  expect(failure).toMatchObject({ message: expect.stringContaining('has not answered for 1 s') })
})
