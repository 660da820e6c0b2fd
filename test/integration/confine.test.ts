import type { Confined } from '../helpers/confine/confined'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { isolationOf } from '../../src-main/runtime/isolation'
import { bundleConfined, startConfined } from '../helpers/confine/confined'
import { addModel } from '../helpers/onnx'
import { cutPictures } from '../helpers/pictures'
import { isAlive, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

const host = isolationOf()
const withFiles = host.files ? '' : ' [skipped: the kernel offers no Landlock]'
const withCalls = host.network ? '' : ' [skipped: the host offers no filter of system calls]'
let bundle: Awaited<ReturnType<typeof bundleConfined>>

beforeAll(async () => {
  bundle = await bundleConfined()
})
afterAll(() => bundle.remove())

/** A worker with one folder to read and one to write, and a secret beside them. */
async function scene() {
  const folder = tempDir()
  const inputs = join(folder, 'inputs')
  const results = join(folder, 'results')
  const outside = join(folder, 'state')
  for (const each of [inputs, results, outside])
    mkdirSync(each)
  const secret = join(outside, 'tranche.db')
  writeFileSync(secret, 'secret', { mode: 0o600 })
  writeFileSync(join(inputs, 'input.txt'), 'input')
  return { folder, inputs, results, outside, secret, start: () => startConfined(bundle.entry, { read: [inputs], write: [results] }) }
}

/** Listens on the network's side of this host, and on a path. */
async function listen(folder: string) {
  const path = join(folder, 'socket')
  const servers = [createServer().listen(0, '127.0.0.1'), createServer().listen(path)]
  onTestFinished(() => servers.forEach(server => server.close()))
  await Promise.all(servers.map(server => server.listening || once(server, 'listening')))
  const address = servers[0].address()
  return { port: String(address !== null && typeof address === 'object' ? address.port : 0), path }
}

async function expectRefused(worker: Confined, ...attempt: Parameters<Confined['attempt']>): Promise<void> {
  expect(await worker.attempt(...attempt), attempt.join(' ')).toMatchObject({ ok: false })
}

describe('without confinement', () => {
  it('all of it succeeds, so that what is refused below is refused by the confinement', async () => {
    const { folder, inputs, results, outside, secret } = await scene()
    symlinkSync(secret, join(inputs, 'link'))
    writeFileSync(join(outside, 'add.onnx'), addModel())
    const [picture] = await cutPictures(outside, 1)
    const { port, path } = await listen(folder)
    const worker = await startConfined(bundle.entry, null)
    const succeeds: Parameters<Confined['attempt']>[] = [
      ...(['readInPool', 'readOnMainThread', 'readInThread', 'readNatively', 'readNativelyInPool'] as const).map(each => [each, join(inputs, 'link')] as Parameters<Confined['attempt']>),
      ['list', outside],
      ['link', secret, join(results, 'stolen')],
      ['write', join(folder, 'new')],
      ['writeInPool', join(inputs, 'new')],
      ['makeAndRemoveFolder', join(folder, 'folder')],
      ['makeReadable', results],
      ['loadModel', join(outside, 'add.onnx')],
      ['readPicture', picture],
      ['shrinkPicture', picture, join(outside, 'small.png')],
      ['connect', port],
      ['connectLocally', path],
      ['datagramSocket'],
      ['startProgram', process.execPath],
      ['fork'],
      ['signal', String(process.pid)],
    ]
    for (const attempt of succeeds)
      expect(await worker.attempt(...attempt), attempt.join(' ')).toMatchObject({ ok: true })
  })
})

describe('files', () => {
  it.skipIf(!host.files)(`reads what its job has, from every kind of thread${withFiles}`, async () => {
    const { inputs, start } = await scene()
    const worker = await start()
    expect(worker.isolation).toEqual(host)
    const path = join(inputs, 'input.txt')
    for (const attempt of ['readInPool', 'readOnMainThread', 'readInThread'] as const)
      expect(await worker.attempt(attempt, path)).toEqual({ ok: true, value: 'input' })
    expect(await worker.attempt('readNativelyInPool', path)).toMatchObject({ ok: true })
    expect(await worker.attempt('list', inputs)).toEqual({ ok: true, value: ['input.txt'] })
  })

  it.skipIf(!host.files)(`reads nothing else, from no thread, by no way round${withFiles}`, async () => {
    const { folder, inputs, results, outside, secret, start } = await scene()
    symlinkSync(secret, join(inputs, 'link'))
    const worker = await start()
    for (const attempt of ['readInPool', 'readOnMainThread', 'readInThread', 'readNatively', 'readNativelyInPool'] as const) {
      await expectRefused(worker, attempt, secret)
      await expectRefused(worker, attempt, join(inputs, 'link'))
      await expectRefused(worker, attempt, join(inputs, '..', 'state', 'tranche.db'))
      await expectRefused(worker, attempt, `/proc/self/root${secret}`)
      await expectRefused(worker, attempt, `/proc/${process.pid}/environ`)
    }
    await expectRefused(worker, 'list', outside)
    await expectRefused(worker, 'list', folder)
    await expectRefused(worker, 'link', secret, join(results, 'stolen'))
    await expectRefused(worker, 'link', join(inputs, 'input.txt'), join(results, 'borrowed'))
  })

  it.skipIf(!host.files)(`writes its results and nothing beside them${withFiles}`, async () => {
    const { folder, inputs, results, secret, start } = await scene()
    symlinkSync(secret, join(results, 'link'))
    const worker = await start()
    expect(await worker.attempt('writeInPool', join(results, '000000.e1.json'))).toMatchObject({ ok: true })
    expect(readFileSync(join(results, '000000.e1.json'), 'utf8')).toBe('written')
    expect(await worker.attempt('makeAndRemoveFolder', join(results, '000001.e1'))).toMatchObject({ ok: true })
    for (const attempt of ['write', 'writeInPool'] as const) {
      for (const path of [secret, join(results, 'link'), join(folder, 'new'), join(inputs, 'input.txt'), join(inputs, 'new')])
        await expectRefused(worker, attempt, path)
    }
    await expectRefused(worker, 'makeAndRemoveFolder', join(folder, 'new'))
    expect(readFileSync(secret, 'utf8')).toBe('secret')
    expect(readFileSync(join(inputs, 'input.txt'), 'utf8')).toBe('input')
    expect(readdirSync(inputs)).toEqual(['input.txt'])
  })

  it.skipIf(!host.files)(`has a file that was granted by its own name, and not those beside it${withFiles}`, async () => {
    const { results, outside } = await scene()
    writeFileSync(join(outside, 'granted'), 'granted')
    linkSync(join(outside, 'granted'), join(outside, 'second-name'))
    const worker = await startConfined(bundle.entry, { read: [join(outside, 'granted')], write: [results] })
    expect(await worker.attempt('readInPool', join(outside, 'granted'))).toEqual({ ok: true, value: 'granted' })
    await expectRefused(worker, 'readInPool', join(outside, 'tranche.db'))
    await expectRefused(worker, 'write', join(outside, 'granted'))
  })

  it.skipIf(!host.network)(`changes no file's mode, not even its own${withCalls}`, async () => {
    const { secret, results, start } = await scene()
    const worker = await start()
    await expectRefused(worker, 'makeReadable', secret)
    await expectRefused(worker, 'makeReadable', results)
    expect(statSync(secret).mode & 0o777).toBe(0o600)
  })
})

describe('libraries', () => {
  it.skipIf(!host.files)(`run a model on several threads, and decode and write pictures${withFiles}`, async () => {
    const { inputs, results, start } = await scene()
    writeFileSync(join(inputs, 'add.onnx'), addModel())
    const [picture] = await cutPictures(inputs, 1)
    const worker = await start()
    for (const threads of ['1', '4', '0'])
      expect(await worker.attempt('runModel', join(inputs, 'add.onnx'), threads)).toEqual({ ok: true, value: [11, 22, 33, 44] })
    expect(await worker.attempt('readPicture', picture)).toMatchObject({ ok: true })
    expect(await worker.attempt('shrinkPicture', picture, join(results, 'small.png'))).toEqual({ ok: true, value: '16x16' })
    expect(existsSync(join(results, 'small.png'))).toBe(true)
  })

  it.skipIf(!host.files)(`reach no model and no picture elsewhere${withFiles}`, async () => {
    const { outside, results, start } = await scene()
    writeFileSync(join(outside, 'add.onnx'), addModel())
    const [picture] = await cutPictures(outside, 1)
    const worker = await start()
    await expectRefused(worker, 'loadModel', join(outside, 'add.onnx'))
    await expectRefused(worker, 'readPicture', picture)
    await expectRefused(worker, 'shrinkPicture', picture, join(results, 'small.png'))
  })
})

describe('network, programs and other processes', () => {
  it.skipIf(!host.network)(`opens no connection, to the network or on this host${withCalls}`, async () => {
    const { folder, start } = await scene()
    const worker = await start()
    const { port, path } = await listen(folder)
    await expectRefused(worker, 'connect', port)
    await expectRefused(worker, 'connectLocally', path)
    await expectRefused(worker, 'datagramSocket')
  })

  it.skipIf(!host.programs)(`starts no program${withCalls}`, async () => {
    const worker = await (await scene()).start()
    await expectRefused(worker, 'startProgram', '/bin/true')
    await expectRefused(worker, 'startProgram', process.execPath)
  })

  it.skipIf(!host.network)(`touches no other process, and can still end itself${withCalls}`, async () => {
    const worker = await (await scene()).start()
    await expectRefused(worker, 'fork')
    await expectRefused(worker, 'trace', String(process.pid))
    await expectRefused(worker, 'signal', String(process.pid))
    await expectRefused(worker, 'signal', '-1')
    await expectRefused(worker, 'signal', '0')
    expect(await worker.attempt('signal', String(worker.pid))).toMatchObject({ ok: true })
    void worker.attempt('endItself')
    expect(await worker.exited).toBe('SIGKILL')
  })
})

describe('the lab', () => {
  it.skipIf(!host.endsWithLab)(`takes its worker along, even one that is stopped${host.endsWithLab ? '' : ' [skipped: only Linux offers it]'}`, async () => {
    const script = 'const child = require("node:child_process").fork(process.argv[1]); child.once("message", () => console.log(child.pid))'
    const lab = spawn(process.execPath, ['-e', script, bundle.entry], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void lab.kill('SIGKILL'))
    const pid = Number(String((await once(lab.stdout, 'data'))[0]))
    process.kill(pid, 'SIGSTOP')
    onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')))
    lab.kill('SIGKILL')
    await until('the stopped worker is gone', () => !isAlive(pid))
  })

  it('hands its worker none of its secrets', async () => {
    const secrets = { AWS_SECRET_ACCESS_KEY: 'x', NPM_TOKEN: 'x', SSH_AUTH_SOCK: '/x', NODE_OPTIONS: '--no-warnings', LD_PRELOAD: '/missing.so', DBUS_SESSION_BUS_ADDRESS: 'x' }
    for (const [name, value] of Object.entries(secrets))
      vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const worker = await startConfined(bundle.entry, null)
    const { value } = await worker.attempt('environment')
    expect(Object.keys(value as object)).toContain('PATH')
    expect(Object.keys(value as object).filter(name => name in secrets)).toEqual([])
  })
})
