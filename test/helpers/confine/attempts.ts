import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
const libc = koffi.load(null)

/** A call of the C library that answers -1 where it is refused. `async` calls are made on a thread of libuv's pool. */
function native(prototype: string) {
  const call = libc.func(prototype)
  const judge = (result: unknown) => {
    if (Number(result) === -1)
      throw new Error(`refused with error ${koffi.errno()}`)
    return Number(result)
  }
  return {
    here: (...given: unknown[]) => judge(call(...given)),
    inPool: async (...given: unknown[]) => Number(await promisify(call.async)(...given)),
  }
}

const open = native('int open(const char *path, int flags)')
const fork = native('int fork()')
const ptrace = native('long ptrace(long request, long pid, void *address, void *data)')
const socket = native('int socket(int family, int type, int protocol)')

/** What code in a worker may try. Each takes strings, answers something that can be sent, and throws where it is refused. */
export const attempts = {
  readInPool: (path: string) => readFile(path, 'utf8'),
  readOnMainThread: (path: string) => readFileSync(path, 'utf8'),
  readNatively: (path: string) => open.here(path, 0) >= 0,
  readNativelyInPool: async (path: string) => {
    const results = await Promise.all(Array.from({ length: 16 }, () => open.inPool(path, 0)))
    if (results.every(result => result === -1))
      throw new Error('refused on every thread')
    return results
  },
  readInThread: async (path: string) => {
    const thread = new Worker('const { workerData, parentPort } = require("node:worker_threads"); parentPort.postMessage(require("node:fs").readFileSync(workerData, "utf8"))', { eval: true, workerData: path })
    return (await once(thread, 'message'))[0] as string
  },
  list: (path: string) => readdirSync(path),
  write: (path: string) => writeFileSync(path, 'written'),
  writeInPool: (path: string) => writeFile(path, 'written'),
  makeAndRemoveFolder: async (path: string) => {
    await mkdir(path)
    await writeFile(join(path, 'file'), 'written')
    await rm(path, { recursive: true })
  },
  link: (from: string, to: string) => linkSync(from, to),
  makeReadable: (path: string) => chmodSync(path, 0o777),
  connect: async (port: string) => {
    await once(connect(Number(port), '127.0.0.1'), 'connect')
  },
  connectLocally: async (path: string) => {
    await once(connect(path), 'connect')
  },
  datagramSocket: () => socket.here(2, 2, 0),
  startProgram: (path: string) => {
    const { error } = spawnSync(path)
    if (error)
      throw error
  },
  fork: () => {
    const pid = fork.here()
    if (pid === 0)
      process.kill(process.pid, 'SIGKILL')
    return pid
  },
  /** PTRACE_SEIZE, which would not stop it. */
  trace: (pid: string) => ptrace.here(0x4206, Number(pid), null, null),
  signal: (pid: string) => process.kill(Number(pid), 0),
  loadModel: async (path: string) => {
    const { InferenceSession } = await import('onnxruntime-node')
    await InferenceSession.create(path)
  },
  runModel: async (path: string, threads: string) => {
    const { InferenceSession, Tensor } = await import('onnxruntime-node')
    const session = await InferenceSession.create(path, { intraOpNumThreads: Number(threads) })
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [4]) })
    return [...y.data as Float32Array]
  },
  readPicture: async (path: string) => {
    const { default: sharp } = await import('sharp')
    const { width, height } = await sharp(path).metadata()
    return `${width}x${height}`
  },
  shrinkPicture: async (from: string, to: string) => {
    const { default: sharp } = await import('sharp')
    const { width, height } = await sharp(from).resize(16, 16).toFile(to)
    return `${width}x${height}`
  },
  endItself: () => process.kill(process.pid, 'SIGKILL'),
  environment: () => process.env,
} as const satisfies Readonly<Record<string, (...given: string[]) => unknown>>

export type AttemptName = keyof typeof attempts
