import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createWorkerNotes, endStrayWorkers } from '../../src-main/runtime/strayWorkers'
import { tempDir } from '../helpers/tempDir'

const hasStartTimes = process.platform === 'linux' || process.platform === 'darwin'

/** A process that does nothing and is stopped, as a worker may be when its lab dies. */
async function stoppedProcess(): Promise<{ pid: number, child: ChildProcess, isRunning: () => boolean }> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  if (child.stdout)
    await once(child.stdout, 'data')
  const { pid } = child
  if (pid === undefined)
    throw new Error('The process did not start')
  process.kill(pid, 'SIGSTOP')
  return { pid, child, isRunning: () => child.exitCode === null && child.signalCode === null }
}

describe.skipIf(!hasStartTimes)(`workers of a lab that died${hasStartTimes ? '' : ' [skipped: this system does not tell when a process started]'}`, () => {
  it('are ended by the next owner, even while they are stopped', async () => {
    const path = join(tempDir(), 'workers.json')
    const [first, second] = [await stoppedProcess(), await stoppedProcess()]
    const notes = createWorkerNotes(path)
    notes.add(first.pid)
    notes.add(second.pid)
    const exits = [first, second].map(({ child }) => once(child, 'exit'))
    expect(endStrayWorkers(path)).toBe(2)
    expect((await Promise.all(exits)).map(([, signal]) => signal as string)).toEqual(['SIGKILL', 'SIGKILL'])
    expect(endStrayWorkers(path)).toBe(0)
  })

  it('are left alone where the number now belongs to a process that started at another time', async () => {
    const path = join(tempDir(), 'workers.json')
    const stranger = await stoppedProcess()
    createWorkerNotes(path).add(stranger.pid)
    const [{ started }] = JSON.parse(readFileSync(path, 'utf8')) as { started: string }[]
    writeFileSync(path, JSON.stringify([{ pid: stranger.pid, started: `${started}1` }]))
    expect(endStrayWorkers(path)).toBe(0)
    process.kill(stranger.pid, 'SIGCONT')
    const exit = once(stranger.child, 'exit')
    process.kill(stranger.pid, 'SIGTERM')
    expect((await exit)[1]).toBe('SIGTERM')
  })

  it('are forgotten once they ended in the lab\'s own time', async () => {
    const path = join(tempDir(), 'workers.json')
    const worker = await stoppedProcess()
    const notes = createWorkerNotes(path)
    notes.add(worker.pid)
    notes.remove(worker.pid)
    expect(endStrayWorkers(path)).toBe(0)
    expect(worker.isRunning()).toBe(true)
  })
})

describe('the notes on workers', () => {
  it('of a first start, or damaged ones, end nobody', () => {
    const path = join(tempDir(), 'workers.json')
    expect(endStrayWorkers(path)).toBe(0)
    for (const damaged of ['', '[{"pid":', '{}', '[{"pid":1}]', '[{"pid":-1,"started":"x"}]']) {
      writeFileSync(path, damaged)
      expect(endStrayWorkers(path)).toBe(0)
    }
  })

  it('leave out a process that is gone already', async () => {
    const path = join(tempDir(), 'workers.json')
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    createWorkerNotes(path).add(child.pid ?? 0)
    expect(existsSync(path)).toBe(false)
  })
})
