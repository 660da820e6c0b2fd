import type { Socket } from 'node:net'
import type { Handlers } from '../../src-main/contract/router'
import type { AnsweringLab } from '../helpers/answeringLab'
import { Buffer } from 'node:buffer'
import { mkdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { connectSocket } from '../../src-main/doors/socket/client'
import { connectionLoss } from '../../src-main/doors/socket/protocol'
import { serveSocket } from '../../src-main/doors/socket/server'
import { answeringLab } from '../helpers/answeringLab'
import { tempDir } from '../helpers/tempDir'

const models: Handlers['lab.models'] = () => [{ model: 'A100-80GB', name: 'NVIDIA A100 80GB', architecture: 'Ampere GA100', memoryMiB: 81920, sm: 108, modes: ['passthrough', 'mig'] }]

async function serve(handlers: Partial<Handlers> = { 'lab.models': models }, stateDir = tempDir()) {
  const lab = answeringLab(stateDir, handlers)
  const server = await serveSocket(lab)
  onTestFinished(() => server.close())
  return { lab, server, stateDir }
}

async function connect(stateDir: string) {
  const client = await connectSocket(stateDir)
  if (!client)
    throw new Error('no one listens')
  onTestFinished(() => client.close())
  return client
}

/** Says these bytes, closes its side, and reads all that is answered. */
async function say(path: string, ...chunks: (string | Uint8Array)[]): Promise<unknown[]> {
  const socket: Socket = createConnection({ path, allowHalfOpen: true })
  for (const chunk of chunks)
    socket.write(chunk)
  socket.end()
  return (await text(socket)).split('\n').filter(Boolean).map(line => JSON.parse(line))
}

async function changes(lab: AnsweringLab, atLeast: number) {
  await vi.waitFor(() => expect(lab.listeners()).toBe(atLeast))
}

describe('where the socket is', () => {
  it('is in the state folder, and only its owner can use it', async () => {
    const { server, stateDir } = await serve()
    expect(server.path).toBe(join(stateDir, 'tranche.sock'))
    expect(statSync(server.path).mode & 0o777).toBe(0o600)
  })

  it('is in a private folder with a short path where the state folder has a long one', async () => {
    const stateDir = join(tempDir(), 'long'.repeat(40))
    mkdirSync(stateDir)
    const { server } = await serve(undefined, stateDir)
    expect(Buffer.byteLength(server.path)).toBeLessThan(100)
    expect(readlinkSync(join(stateDir, 'tranche.sock'))).toBe(server.path)
    expect(statSync(server.path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(server.path)).mode & 0o777).toBe(0o700)
    expect(await (await connect(stateDir)).call('lab.models', {})).toHaveLength(1)
    await server.close()
    expect(statSync(server.path, { throwIfNoEntry: false })).toBeUndefined()
    expect(await connectSocket(stateDir)).toBeNull()
  })

  it('takes the place of what a dead owner left', async () => {
    const stateDir = tempDir()
    const path = join(stateDir, 'tranche.sock')
    writeFileSync(path, '')
    expect(await connectSocket(stateDir)).toBeNull()
    await serve(undefined, stateDir)
    expect(await (await connect(stateDir)).call('lab.models', {})).toHaveLength(1)
  })

  it('is not there where no one listens', async () => {
    expect(await connectSocket(join(tempDir(), 'nothing'))).toBeNull()
  })
})

describe('calls over the socket', () => {
  it('give the values and the errors of the lab', async () => {
    const { stateDir } = await serve({
      'lab.models': models,
      'lab.add': ({ model }) => {
        throw new TrancheError('not_found', `No ${model}.`, { details: { model } })
      },
    })
    const client = await connect(stateDir)
    expect(await client.call('lab.models', {})).toEqual(await models({}))
    const failure = await client.call('lab.add', { model: 'X' }).catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(TrancheError)
    expect(failure).toMatchObject({ code: 'not_found', message: 'No X.', options: { details: { model: 'X' } } })
    await expect(client.call('lab.add', { model: '' })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('are answered as they end, many at a time', async () => {
    const { stateDir } = await serve({ 'jobs.result': async ({ index }) => delay(index === 0 ? 50 : 0, index) })
    const client = await connect(stateDir)
    const order: unknown[] = []
    await Promise.all(Array.from({ length: 300 }, async (_, index) => order.push(await client.call('jobs.result', { id: 'job_1', index }))))
    expect(order).toHaveLength(300)
    expect(new Set(order).size).toBe(300)
    expect(order[0]).not.toBe(0)
  })

  it('are answered to a client that has closed its side', async () => {
    const { server } = await serve({ 'lab.models': async input => delay(50, models(input)) })
    const answers = await say(server.path, '{"id":"a","call":"lab.models"}\n')
    expect(answers).toMatchObject([{ id: 'a', ok: true, value: [{ model: 'A100-80GB' }] }])
  })

  it('get an error each where they are malformed, and the next is answered', async () => {
    const { server } = await serve()
    const answers = await say(server.path, 'not json\n', '[1]\n', '{"id":7}\n', '{"id":8,"subscribe":"nothing"}\n', Uint8Array.of(0xFF, 0x0A), '{"id":9,"call":"no.such"}\n', '{"id":10,"call":"__proto__"}\n', '{"id":11,"call":"lab.models","input":{}}\n')
    expect(answers.map(answer => (answer as { id: unknown }).id).sort()).toEqual([10, 11, 7, 8, 9, null, null, null])
    expect(answers.filter(answer => (answer as { ok: boolean }).ok)).toMatchObject([{ id: 11 }])
    for (const answer of answers.filter(answer => !(answer as { ok: boolean }).ok))
      expect(answer).toMatchObject({ error: { code: 'invalid_input' } })
  })

  it('get an error where the line is too long, on either side', async () => {
    const { server, stateDir } = await serve()
    const chunk = 'x'.repeat(1024 * 1024)
    const answers = await say(server.path, ...Array.from({ length: 17 }, () => chunk), '\n{"id":1,"call":"lab.models"}\n')
    expect(answers).toMatchObject([{ id: null, ok: false, error: { code: 'invalid_input', message: expect.stringContaining('16 MiB') } }, { id: 1, ok: true }])
    const client = await connect(stateDir)
    await expect(client.call('lab.add', { model: chunk.repeat(17) })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await client.call('lab.models', {})).toHaveLength(1)
  })
})

describe('events over the socket', () => {
  it('reach who subscribed, until they leave', async () => {
    const { lab, stateDir } = await serve()
    const client = await connect(stateDir)
    const heard: number[] = []
    client.on('changed', ({ seq }) => heard.push(seq))
    const stop = client.on('changed', ({ seq }) => heard.push(seq * 10))
    await changes(lab, 1)
    lab.emit('changed', { seq: 1, topics: [], jobs: [] })
    await vi.waitFor(() => expect(heard).toEqual([1, 10]))
    stop()
    lab.emit('changed', { seq: 2, topics: [], jobs: [] })
    await vi.waitFor(() => expect(heard).toEqual([1, 10, 2]))
    client.close()
    await changes(lab, 0)
  })

  it('cost a client that does not read little memory, and it hears of all changes in the end', async () => {
    const { lab, server } = await serve()
    const socket = createConnection({ path: server.path })
    onTestFinished(() => void socket.destroy())
    socket.write('{"id":1,"subscribe":"changed"}\n')
    await changes(lab, 1)
    const ids = Array.from({ length: 500 }, (_, i) => `job_${i}_${'x'.repeat(200)}`)
    for (let seq = 1; seq <= 2000; seq++)
      lab.emit('changed', { seq, topics: ['jobs'], jobs: ids })
    let said = ''
    socket.on('data', chunk => said += chunk)
    await vi.waitFor(() => expect(said.split('\n').at(-2)).toContain('"seq":2000'))
    expect(said.length).toBeLessThan(5e6) // of 220 MB
  })
})

describe('the end of the owner', () => {
  it('answers the calls that run, and tells the others that they were not run', async () => {
    const started = vi.fn()
    const { server, stateDir } = await serve({
      'lab.models': async (input) => {
        started()
        return delay(100, models(input))
      },
    })
    const client = await connect(stateDir)
    const running = client.call('lab.models', {})
    await vi.waitFor(() => expect(started).toHaveBeenCalledOnce())
    const closing = server.close()
    const late = client.call('lab.models', {}).catch((thrown: unknown) => thrown)
    expect(await running).toHaveLength(1)
    expect(connectionLoss(await late)).toBe('closing')
    await closing
    await client.closed
    expect(started).toHaveBeenCalledOnce()
    expect(await connectSocket(stateDir)).toBeNull()
  })

  it('leaves the fate of a call open where the owner just vanishes', async () => {
    const stateDir = tempDir()
    const server = createServer(socket => socket.on('data', () => socket.destroy())).listen(join(stateDir, 'tranche.sock'))
    onTestFinished(() => {
      server.close()
    })
    const client = await connect(stateDir)
    expect(connectionLoss(await client.call('lab.models', {}).catch((thrown: unknown) => thrown))).toBe('lost')
    expect(connectionLoss(await client.call('lab.models', {}).catch((thrown: unknown) => thrown))).toBe('lost')
  })

  it('does not wait for a client that never reads', async () => {
    const { server } = await serve()
    const socket = createConnection({ path: server.path, allowHalfOpen: true })
    onTestFinished(() => void socket.destroy())
    await new Promise(resolve => socket.once('connect', resolve))
    socket.pause()
    const startedMs = Date.now()
    await server.close()
    expect(Date.now() - startedMs).toBeLessThan(5000)
  })
})
