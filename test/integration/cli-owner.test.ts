import type { Running } from '../helpers/cliProcess'
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { cli, cliJson, cliPath, isAlive, startCli } from '../helpers/cliProcess'
import { loopModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

const speech = resolve('resources/samples/speech.wav')

interface Ready { readonly ready: true, readonly pid: number, readonly socket: string }
interface JobAnswer { readonly id: string, readonly state: string, readonly items: readonly { readonly state: string }[] }

let folder: string
let state: string

beforeEach(() => {
  folder = tempDir()
  state = join(folder, 'state')
})

/** Arguments of a job that takes some seconds, in small steps. */
function longJob(inputs = 120): string[] {
  const model = join(folder, 'loop.onnx')
  writeFileSync(model, loopModel(20_000n))
  return ['submit', '--recipe', 'tensor', '--model', model, '--synthetic', String(inputs), '--state', state]
}

async function serve(): Promise<Running & { readonly socket: string }> {
  const server = startCli(['serve', '--json', '--state', state])
  const ready = JSON.parse(await server.said(/\{"ready".*\}/)) as Ready
  expect(ready).toMatchObject({ ready: true, pid: server.pid, stateDir: state })
  return { ...server, socket: ready.socket }
}

async function jobOf(id: string): Promise<JobAnswer> {
  return (await cliJson('jobs', id, '--state', state)).answer
}

/** Waits until some inputs of the only job have their results, but not all. */
async function underWay(): Promise<string> {
  return vi.waitFor(async () => {
    const [{ id, counts }] = (await cliJson('jobs', '--state', state)).answer as [{ id: string, counts: { done: number, total: number } }]
    expect(counts.done).toBeGreaterThan(0)
    expect(counts.done).toBeLessThan(counts.total)
    return id
  }, { timeout: 60_000, interval: 50 })
}

async function workersOf(socket: string): Promise<number[]> {
  const connection = createConnection({ path: socket, allowHalfOpen: true })
  connection.end('{"id":1,"call":"devices.use"}\n')
  const { value } = JSON.parse(await text(connection)) as { value: { pid: number }[] }
  return value.map(({ pid }) => pid)
}

describe('serve', () => {
  it('listens for its user alone, answers the verbs, and closes cleanly', async () => {
    const server = await serve()
    expect(statSync(server.socket).mode & 0o777).toBe(0o600)
    expect(statSync(state).mode & 0o077).toBe(0)
    const { status, answer } = await cliJson('submit', '--recipe', 'vad', '--input', speech, '--wait', '--state', state)
    expect(status).toBe(0)
    expect(answer).toMatchObject({ state: 'done', items: [{ result: { segments: [{}, {}, {}] } }] })
    expect(await cli('doctor', '--state', state)).toMatchObject({ status: 0 })
    expect(await cliJson('serve', '--state', state)).toMatchObject({ status: 1, answer: { error: { code: 'state_owned', details: { pid: server.pid } } } })
    server.child.kill('SIGTERM')
    expect((await server.ended).status).toBe(0)
    expect(existsSync(server.socket)).toBe(false)
  })

  it('runs what was queued without waiting', async () => {
    const queued = (await cliJson('submit', '--recipe', 'vad', '--input', speech, '--state', state)).answer as JobAnswer
    await serve()
    await vi.waitFor(async () => expect((await jobOf(queued.id)).state).toBe('done'), { timeout: 30_000, interval: 200 })
  })

  it('survives nonsense on its socket', async () => {
    const server = await serve()
    const connection = createConnection({ path: server.socket, allowHalfOpen: true })
    connection.end('GET / HTTP/1.1\n\n{"id":1,"call":"lab.info"}\n')
    expect((await text(connection)).split('\n').filter(Boolean).map(line => (JSON.parse(line) as { ok: boolean }).ok)).toEqual([false, true])
    expect(await cli('devices', '--state', state)).toMatchObject({ status: 0 })
  })

  it('that does not answer is named, with what to do', async () => {
    const server = await serve()
    process.kill(server.pid, 'SIGSTOP')
    onTestFinished(() => {
      process.kill(server.pid, 'SIGKILL')
    })
    const { status, stderr } = await cliJson('devices', '--state', state)
    expect(status).toBe(1)
    expect(stderr).toContain(`kill ${server.pid}`)
  })

  it('leaves no worker behind when it is killed, and another goes on with its job', async () => {
    const server = await serve()
    const waiting = startCli([...longJob(), '--wait', '--json'])
    const id = await underWay()
    const workers = await workersOf(server.socket)
    expect(workers.length).toBeGreaterThan(0)
    process.kill(server.pid, 'SIGKILL')
    const { status, stdout, stderr } = await waiting.ended
    expect(status, stderr).toBe(0)
    expect(stderr).toContain(`Process ${server.pid}, which had the state folder open, has ended.`)
    const job = JSON.parse(stdout) as JobAnswer
    expect(job).toMatchObject({ id, state: 'done' })
    expect(job.items.every(item => item.state === 'done')).toBe(true)
    expect(workers.filter(isAlive)).toEqual([])
    expect(await cli('doctor', '--state', state)).toMatchObject({ status: 0 })
  })
})

describe('commands at the same time', () => {
  it('all get their answer from a folder that no one owns', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => cliJson('devices', '--state', state)))
    expect(runs.map(({ status, stderr }) => ({ status, stderr }))).toEqual(runs.map(() => ({ status: 0, stderr: expect.not.stringContaining('tranche:') as string })))
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1)
  })

  it('both get their jobs done, whoever owns the folder', async () => {
    const short = startCli(['submit', '--recipe', 'vad', '--input', speech, '--wait', '--json', '--state', state])
    const long = startCli([...longJob(40), '--wait', '--json'])
    for (const { status, stdout, stderr } of [await short.ended, await long.ended]) {
      expect(status, stderr).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ state: 'done' })
    }
    expect(await cli('doctor', '--state', state)).toMatchObject({ status: 0 })
  })

  it('are answered while another waits for its job', async () => {
    const waiting = startCli([...longJob(), '--wait'])
    const id = await underWay()
    expect(await cli('cancel', id, '--state', state)).toMatchObject({ status: 0 })
    expect((await waiting.ended).status).toBe(1)
  })
})

describe('ctrl-C', () => {
  it('stops the wait and not the job', async () => {
    const waiting = startCli([...longJob(), '--wait', '--json'])
    const id = await underWay()
    waiting.child.kill('SIGINT')
    const { status, stdout, stderr } = await waiting.ended
    expect(status).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ id })
    expect(stderr).toContain(`tranche jobs ${id} --wait`)
    expect(stderr).toContain(`tranche cancel ${id}`)
    expect((await jobOf(id)).state).toBe('queued')
    expect(await cliJson('jobs', id, '--wait', '--state', state)).toMatchObject({ status: 0, answer: { state: 'done', counts: { done: 120 } } })
  })
})

describe('what is said', () => {
  it('may go unread', async () => {
    const events = startCli(['events', '--follow', '--json', '--state', state])
    await events.said(/device\.added/)
    events.child.stdout.destroy()
    const server = await serve()
    expect(await cli('lab', 'add', 'A100-80GB', '--state', state)).toMatchObject({ status: 0 })
    const { status, stderr } = await events.ended
    expect(stderr).toBe('')
    expect(status).toBe(0)
    server.child.kill('SIGTERM')
  })

  it.skipIf(!existsSync('/dev/full'))('to a full disk is a failure', async () => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [cliPath, 'devices', '--state', state], { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' })
    closeSync(full)
    expect(status).toBe(1)
    expect(stderr).toMatch(/^tranche: The answer could not be written: ENOSPC/)
  })

  it('follows the events from owner to owner', async () => {
    const events = startCli(['events', '--follow', '--json', '--state', state])
    for (let owner = 0; owner < 2; owner++)
      await cli('submit', '--recipe', 'vad', '--input', speech, '--wait', '--state', state)
    const server = await serve()
    const count = (await cliJson('events', '--state', state)).answer as unknown[]
    await events.said(new RegExp(`"seq":${count.length},`))
    events.child.kill('SIGINT')
    const { status, stdout } = await events.ended
    expect(status).toBe(130)
    expect(stdout.trim().split('\n').map(line => (JSON.parse(line) as { seq: number }).seq)).toEqual(Array.from({ length: count.length }, (_, i) => i + 1))
    server.child.kill('SIGTERM')
  })

  // Root may write everywhere.
  it.skipIf(process.getuid?.() === 0)('names a folder that cannot be written', async () => {
    mkdirSync(state)
    chmodSync(state, 0o500)
    expect(await cliJson('devices', '--state', state)).toMatchObject({ status: 2, answer: { error: { code: 'invalid_input' } } })
  })
})
