import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRotation } from '../../src-main/runtime/keeper/rotation'

/** Processes that are stopped and continued, and count what they computed. */
function fakeProcesses() {
  const stopped = new Set<number>()
  const gone = new Set<number>()
  const cpuMs = new Map<number, number>()
  const working = new Set<number>()
  const means = {
    stop: (pid: number) => !gone.has(pid) && stopped.add(pid) !== undefined,
    go: (pid: number) => !gone.has(pid) && (stopped.delete(pid), true),
  }
  const cpu = { ms: (pid: number) => gone.has(pid) ? null : cpuMs.get(pid) ?? 0, isRunnable: () => false }
  /** Time passes: whoever works and is not stopped uses it. */
  function pass(ms: number): void {
    for (const pid of working) {
      if (!stopped.has(pid))
        cpuMs.set(pid, (cpuMs.get(pid) ?? 0) + ms)
    }
  }
  return { stopped, gone, cpuMs, working, host: { means, cpu }, pass }
}

/** Calls a rotation whenever it wants to be called, until `untilMs`. */
function run(rotation: ReturnType<typeof createRotation>, processes: ReturnType<typeof fakeProcesses>, fromMs: number, untilMs: number, onTick: () => void = () => undefined): void {
  let nowMs = fromMs
  while (nowMs < untilMs) {
    const wakeMs = Math.min(untilMs, Math.max(nowMs, rotation.tick(nowMs)))
    onTick()
    processes.pass(wakeMs - nowMs)
    nowMs = wakeMs
  }
}

const step = fc.record({ pid: fc.integer({ min: 1, max: 5 }), kind: fc.constantFrom('join' as const, 'leave' as const, 'busy' as const, 'idle' as const, 'die' as const), ms: fc.integer({ min: 0, max: 60 }) })

it('lets at most one with work run at a time, and never stops one without', () => {
  fc.assert(fc.property(fc.constantFrom('equal-share' as const, 'fixed-share' as const), fc.array(step, { maxLength: 60 }), (policy, steps) => {
    const processes = fakeProcesses()
    const rotation = createRotation(processes.host, policy, 10)
    const busy = new Map<number, boolean>()
    let nowMs = 0
    for (const { pid, kind, ms } of steps) {
      if (kind === 'join' && !busy.has(pid)) {
        processes.gone.delete(pid)
        busy.set(pid, false)
        rotation.join(pid, 0.2, false, nowMs)
      }
      else if (kind === 'leave' && busy.delete(pid)) {
        rotation.leave(pid, nowMs)
        expect(processes.stopped.has(pid) && !processes.gone.has(pid)).toBe(false)
        processes.stopped.delete(pid)
      }
      else if (kind === 'die') {
        processes.gone.add(pid)
      }
      else if (busy.has(pid) && (kind === 'busy' || kind === 'idle')) {
        busy.set(pid, kind === 'busy')
        rotation.busy(pid, kind === 'busy', nowMs)
      }
      const alive = () => [...busy].filter(([pid]) => !processes.gone.has(pid))
      // A lone seat needs no turns; with several, only one with work runs.
      run(rotation, processes, nowMs, nowMs + ms, () => {
        expect(alive().filter(([pid, isBusy]) => isBusy && !processes.stopped.has(pid)).length).toBeLessThanOrEqual(1)
        expect(alive().filter(([pid, isBusy]) => !isBusy && processes.stopped.has(pid))).toEqual([])
      })
      nowMs += ms
    }
    rotation.close()
    expect([...processes.stopped].filter(pid => !processes.gone.has(pid))).toEqual([])
  }))
})

function threeBestEffort() {
  const processes = fakeProcesses()
  const rotation = createRotation(processes.host, 'best-effort', 10)
  for (const pid of [1, 2, 3]) {
    rotation.join(pid, 1 / 3, false, 0)
    rotation.busy(pid, true, 0)
  }
  return { processes, rotation }
}

it('gives the time of one that has a job but waits to those that compute, and leaves it free to receive', () => {
  const { processes, rotation } = threeBestEffort()
  processes.working.add(1).add(2)
  run(rotation, processes, 0, 2000, () => undefined)
  expect(Math.abs((processes.cpuMs.get(1) ?? 0) - 1000)).toBeLessThan(30)
  expect(Math.abs((processes.cpuMs.get(2) ?? 0) - 1000)).toBeLessThan(30)
  expect(processes.stopped.has(3)).toBe(false)
})

it('takes one that waited into the rotation as soon as it computes', () => {
  const { processes, rotation } = threeBestEffort()
  processes.working.add(1).add(2)
  run(rotation, processes, 0, 500)
  processes.working.add(3)
  const before = processes.cpuMs.get(3) ?? 0
  run(rotation, processes, 500, 3500)
  expect(Math.abs((processes.cpuMs.get(3) ?? 0) - before - 1000)).toBeLessThan(40)
})

it('calls nobody back while all wait', () => {
  const { processes, rotation } = threeBestEffort()
  run(rotation, processes, 0, 200)
  expect(processes.stopped.size).toBe(0)
  expect(rotation.tick(200)).toBeGreaterThanOrEqual(220)
})
