import type { ComputeMeans, ComputeTerms } from '../../src-main/contract/model'
import type { Breach, Sample } from '../../src-main/runtime/keeper/keeper'
import type { Worker } from '../helpers/keeperProcesses'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createKeeper } from '../../src-main/runtime/keeper/keeper'
import { openQuota } from '../../src-main/runtime/keeper/quota/quota'
import { keeperEntry, startNode, startSpinner, startWaiter, statusOf } from '../helpers/keeperProcesses'

const isLinux = process.platform === 'linux'

function startKeeper(means: ComputeMeans = 'turns') {
  const breaches: (Breach & { readonly pid: number })[] = []
  const samples: (Sample & { readonly pid: number })[] = []
  const turns: { readonly pid: number, readonly ms: number }[] = []
  const keeper = createKeeper({
    entry: keeperEntry,
    cores: 1,
    means,
    listener: {
      onBreach: (pid, breach) => breaches.push({ pid, ...breach }),
      onSample: (pid, sample) => samples.push({ pid, ...sample }),
      onTurn: (pid, ms) => turns.push({ pid, ms }),
    },
  })
  onTestFinished(() => keeper.close())
  const join = ({ pid }: Worker, terms: Partial<ComputeTerms>, limitMiB = 100_000, isBusy = true) => {
    keeper.join({ pid, deviceId: 'device', terms: { policy: 'whole', share: 1, timeSliceMs: null, spatial: false, byDriver: false, ...terms }, memory: { limitMiB, baselineMiB: 0 } })
    keeper.busy(pid, isBusy)
  }
  return { keeper, join, breaches, samples, turns }
}

/** Waits until what was measured is right: shares are exact in the long run only, the longer the busier the host. */
async function settles(check: () => void): Promise<void> {
  await expect.poll(() => {
    check()
    return true
  }, { timeout: 40_000, interval: 250 }).toBe(true)
}

/** Parts of the processor time that all of them used from now on; after three seconds at first. */
async function expectShares(workers: readonly Worker[], due: readonly number[]): Promise<void> {
  const before = workers.map(({ pid }) => statusOf(pid).cpuMs)
  await sleep(3000)
  await settles(() => {
    const used = workers.map(({ pid }, index) => statusOf(pid).cpuMs - (before[index] ?? 0))
    const all = used.reduce((sum, each) => sum + each)
    used.forEach((each, index) => expect(Math.abs(each / all - (due[index] ?? 0))).toBeLessThan(0.05))
  })
}

const states = (workers: readonly Worker[]) => workers.map(({ pid }) => statusOf(pid).state)
const nobodyStaysStopped = (workers: readonly Worker[]) => settles(() => expect(states(workers)).not.toContain('T'))
const someoneIsStopped = (workers: readonly Worker[]) => settles(() => expect(states(workers)).toContain('T'))

describe.runIf(isLinux)('shares of processes that compute for ever (measured by /proc, so on Linux only)', () => {
  it('are equal under equal share', async () => {
    const workers = await Promise.all([startSpinner(), startSpinner(), startSpinner()])
    const { join } = startKeeper()
    workers.forEach(worker => join(worker, { policy: 'equal-share', share: 1 / 3 }))
    await expectShares(workers, [1 / 3, 1 / 3, 1 / 3])
  })

  it('are as promised under fixed share, and no more where others are absent', async () => {
    const workers = await Promise.all([startSpinner(), startSpinner()])
    const { join } = startKeeper()
    ;[0.4, 0.2].forEach((share, index) => workers[index] && join(workers[index], { policy: 'fixed-share', share }))
    const before = workers.map(({ pid }) => statusOf(pid).cpuMs)
    const startedAtMs = performance.now()
    await expectShares(workers, [2 / 3, 1 / 3])
    const elapsedMs = performance.now() - startedAtMs
    workers.forEach(({ pid }, index) => expect((statusOf(pid).cpuMs - (before[index] ?? 0)) / elapsedMs).toBeLessThan(([0.4, 0.2][index] ?? 0) + 0.05))
  })

  it('go to those that compute under best effort; one that waits with its job is left free', async () => {
    const [waiter, ...spinners] = await Promise.all([startWaiter(), startSpinner(), startSpinner()])
    const { join } = startKeeper()
    ;[waiter, ...spinners].forEach(worker => join(worker, { policy: 'best-effort', share: 1 / 3 }))
    await expectShares(spinners, [0.5, 0.5])
    await nobodyStaysStopped([waiter])
  })

  it.skipIf(openAndClose() !== null)('are kept by the system where it lets this user limit processes (skipped where it does not)', async () => {
    const workers = await Promise.all([startSpinner(), startSpinner()])
    const { keeper, join } = startKeeper('quota')
    const terms: ComputeTerms = { policy: 'fixed-share', share: 0.2, timeSliceMs: null, spatial: true, byDriver: false }
    ;[0.3, 0.15].forEach((share, index) => workers[index] && join(workers[index], { ...terms, share }))
    expect(keeper.enforcementOf(terms, 100).compute).toMatchObject({ means: 'quota', share: 0.2, timeSliceMs: null })
    await expectShares(workers, [2 / 3, 1 / 3])
    expect(states(workers)).not.toContain('T')
  })
})

function openAndClose(): string | null {
  const quota = openQuota()
  quota.close()
  return quota.why
}

describe.runIf(isLinux)('processes that were stopped (signals are seen in /proc, so on Linux only)', () => {
  async function stoppedInTurn() {
    const workers = await Promise.all([startSpinner(), startSpinner(), startSpinner()])
    const started = startKeeper()
    workers.forEach(worker => started.join(worker, { policy: 'equal-share', share: 1 / 3 }))
    await someoneIsStopped(workers)
    return { workers, ...started }
  }

  it('go on when the keeper is closed', async () => {
    const { workers, keeper } = await stoppedInTurn()
    await keeper.close()
    expect(states(workers)).not.toContain('T')
  })

  it('go on when they leave', async () => {
    const { workers, keeper } = await stoppedInTurn()
    workers.forEach(({ pid }) => keeper.leave(pid))
    await nobodyStaysStopped(workers)
  })

  it('go on when they have no more work', async () => {
    const { workers, keeper } = await stoppedInTurn()
    workers.forEach(({ pid }) => keeper.busy(pid, false))
    await nobodyStaysStopped(workers)
  })

  it('go on when the keeper\'s thread dies, and a new thread takes them up again', async () => {
    const { workers, keeper } = await stoppedInTurn()
    await keeper.killThread()
    expect(states(workers)).not.toContain('T')
    await someoneIsStopped(workers)
  })

  it('do not hold up the others when one of them dies', async () => {
    const { workers } = await stoppedInTurn()
    const [first, ...others] = workers
    first?.child.kill('SIGKILL')
    await first?.ended
    await expectShares(others, [0.5, 0.5])
  })
})

describe.runIf(isLinux)('memory of processes (watched on Linux only)', () => {
  it('ends the one that uses more than its slice has, also while it waits for its turn, and its neighbour goes on', async () => {
    const [hungry, neighbour] = await Promise.all([
      startNode('setTimeout(() => { const held = Buffer.alloc(300 * 2 ** 20, 1); for (;;) held[0]++ }, 300)'),
      startSpinner(),
    ])
    const { join, breaches } = startKeeper()
    join(hungry, { policy: 'equal-share', share: 0.5 }, 150)
    join(neighbour, { policy: 'equal-share', share: 0.5 }, 150)
    expect(await hungry.ended).toEqual([null, 'SIGKILL'])
    await settles(() => expect(breaches).toMatchObject([{ pid: hungry.pid, limitMiB: 150 }]))
    expect(breaches[0]?.usedMiB).toBeGreaterThan(150)
    const before = statusOf(neighbour.pid).cpuMs
    await settles(() => expect(statusOf(neighbour.pid).cpuMs).toBeGreaterThan(before))
  })

  it('ends it while this process\'s own thread is held, and tells why before it is forgotten', async () => {
    const hungry = await startNode('setTimeout(() => { globalThis.held = Buffer.alloc(300 * 2 ** 20, 1) }, 600); setInterval(() => 0, 1000)')
    const { keeper, join, samples, breaches } = startKeeper()
    join(hungry, {}, 150)
    await settles(() => expect(samples.length).toBeGreaterThan(0))
    const untilMs = performance.now() + 20_000
    // Until it is a zombie, whose parent, held here, has not heard of its end.
    while (statusOf(hungry.pid).state !== 'Z')
      expect(performance.now()).toBeLessThan(untilMs)
    keeper.leave(hungry.pid)
    expect(breaches).toMatchObject([{ pid: hungry.pid, limitMiB: 150 }])
    expect(await hungry.ended).toEqual([null, 'SIGKILL'])
  })

  it('tells what each uses, twice a second, also of one that is held by a model', async () => {
    const spinner = await startSpinner()
    const { join, samples } = startKeeper()
    join(spinner, {})
    await settles(() => expect(samples.length).toBeGreaterThan(2))
    expect(samples.every(({ pid, rssMiB }) => pid === spinner.pid && rssMiB > 5)).toBe(true)
    expect(samples.at(-1)?.cpuMs).toBeGreaterThan(samples[0]?.cpuMs ?? 0)
  })
})

it('asks workers to wait and to go on where processes cannot be stopped', async () => {
  const workers = await Promise.all([startWaiter(), startWaiter()])
  const { keeper, join, turns } = startKeeper('batch-ends')
  const terms = { policy: 'equal-share', share: 0.5, timeSliceMs: 20, spatial: false, byDriver: false } as const
  workers.forEach(worker => join(worker, terms))
  await settles(() => workers.forEach(({ pid }) => {
    expect(turns.filter(turn => turn.pid === pid && turn.ms === 0).length).toBeGreaterThan(2)
    expect(turns.filter(turn => turn.pid === pid && turn.ms > 0).length).toBeGreaterThan(2)
  }))
  expect(keeper.enforcementOf(terms, 100).compute).toMatchObject({ means: 'batch-ends', share: null, timeSliceMs: 20 })
  await keeper.close()
  expect(workers.map(({ pid }) => turns.filter(turn => turn.pid === pid).at(-1)?.ms)).toEqual([Infinity, Infinity])
})
