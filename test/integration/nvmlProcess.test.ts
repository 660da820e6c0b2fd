import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { openNvml } from '../../src-main/inventory/nvml/client'
import { nodeProcessHost } from '../../src-main/runtime/nodeProcessHost'
import { a100, compileStub, nvmlEntry, startStub, whyNoStub } from '../helpers/nvmlStub'
import { isAlive, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

const why = whyNoStub()
const stub = compileStub()

/** Also true of one that nobody collects: its new parent may be no init. */
function hasEnded(pid: number): boolean {
  return !isAlive(pid) || /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

describe.skipIf(why !== null)(`the process that holds NVML${why ? ` (skipped: ${why})` : ''}`, () => {
  it('is killed when the driver hangs past the deadline, and the next call has a new one', async () => {
    const nvml = startStub(stub('new'), { deadlineMs: 1500 })
    nvml.behave('hang nvmlDeviceGetTemperature')
    const hanging = nvml.client.read()
    const waiting = nvml.client.read()
    await expect(hanging).rejects.toMatchObject({ code: 'unsupported', message: expect.stringMatching(/^The NVIDIA driver has not answered for 1\.5 s\./), options: { retryable: true } })
    nvml.behave()
    expect(await waiting).toMatchObject({ found: true })
    expect(nvml.faults).toEqual(['The NVIDIA driver has not answered for 1.5 s.'])
    const [hung, next] = nvml.pids
    expect(nvml.pids).toHaveLength(2)
    await until('the hung process is gone', async () => hung !== undefined && !isAlive(hung))
    expect(next !== undefined && isAlive(next)).toBe(true)
  })

  it('may hang while the library starts: that is survived likewise', async () => {
    const nvml = startStub(stub('new'), { deadlineMs: 1500 })
    nvml.behave('hang nvmlInit_v2')
    await expect(nvml.client.read()).rejects.toMatchObject({ code: 'unsupported' })
    nvml.behave()
    expect(await nvml.client.read()).toMatchObject({ found: true })
  })

  it('says after a change that hung that its outcome is not known', async () => {
    const nvml = startStub(stub('new'), { deadlineMs: 1500 })
    nvml.behave('hang nvmlDeviceSetMigMode')
    await expect(nvml.client.setMigMode(a100, true)).rejects.toThrow(/Whether the change was made is not known/)
    nvml.behave()
    expect(await nvml.client.setMigMode(a100, true)).toEqual({ enabled: true, pending: true, detail: null })
  })

  it('may crash inside the driver: its call fails, and the next one works', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave('crash nvmlDeviceGetPowerUsage')
    await expect(nvml.client.read()).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('ended by SIGSEGV'), options: { retryable: true } })
    nvml.behave()
    expect(await nvml.client.read()).toMatchObject({ found: true })
    expect(nvml.faults).toEqual([expect.stringContaining('SIGSEGV')])
  })

  it('may die between two calls: the next one does not notice', async () => {
    const nvml = startStub(stub('new'))
    await nvml.client.read()
    const [first] = nvml.pids
    if (first !== undefined)
      process.kill(first, 'SIGKILL')
    await until('its end is noticed', async () => nvml.faults.length === 1)
    expect(await nvml.client.read()).toMatchObject({ found: true })
  })

  it('answers calls one after the other, in order', async () => {
    const nvml = startStub(stub('new'))
    const [before, on, after] = await Promise.all([nvml.client.read(), nvml.client.setMigMode(a100, true), nvml.client.read()])
    expect(before).toMatchObject({ devices: [{ mig: { enabled: false } }, {}] })
    expect(on.enabled).toBe(true)
    expect(after).toMatchObject({ devices: [{ mig: { enabled: true } }, {}] })
    expect(nvml.pids).toHaveLength(1)
  })

  it('ends with close, and so does a call under way', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave('hang nvmlDeviceGetCount_v2')
    const hanging = nvml.client.read()
    await until('the driver hangs', async () => nvml.calls().includes('nvmlDeviceGetCount_v2'))
    nvml.client.close()
    await expect(hanging).rejects.toMatchObject({ code: 'cancelled' })
    await expect(nvml.client.read()).rejects.toMatchObject({ code: 'cancelled' })
    const [pid] = nvml.pids
    await until('the process is gone', async () => pid !== undefined && !isAlive(pid))
  })

  it('does not outlive the lab, even while the driver hangs', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave('hang nvmlDeviceGetCount_v2')
    const script = join(tempDir(), 'lab.mjs')
    writeFileSync(script, `
      import { fork } from 'node:child_process'
      const child = fork(process.argv[2], { env: { ...process.env, TRANCHE_NVML: process.argv[3] } })
      // Its second thread, which watches this process, is there by then.
      setTimeout(() => child.send({ call: 'read' }), 2000)
      console.log(child.pid)
    `)
    const lab = spawn(process.execPath, [script, nvmlEntry, nvml.library], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = Number(await new Promise(resolve => lab.stdout.once('data', resolve)))
    await until('the driver hangs', async () => nvml.calls().includes('nvmlDeviceGetCount_v2'))
    expect(isAlive(pid)).toBe(true)
    lab.kill('SIGKILL')
    await until('the process is gone', async () => hasEnded(pid))
  })

  it('that speaks nonsense is given up', async () => {
    const entry = join(tempDir(), 'nonsense.mjs')
    writeFileSync(entry, `process.on('message', () => process.send({ type: 'answer', value: { found: true, devices: 'all' } })); process.send({ type: 'ready' })`)
    const faults: string[] = []
    const client = openNvml(nodeProcessHost(), entry, { deadlineMs: 20_000, onFault: what => faults.push(what) })
    await expect(client.read()).rejects.toThrow(/an answer of a wrong shape/)
    expect(faults).toHaveLength(1)
    client.close()
  })
})
