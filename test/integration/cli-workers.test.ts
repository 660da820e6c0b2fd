import type { ChildProcess } from '../../src-main/runtime/processHost'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { essentialEnv, nodeProcessHost } from '../../src-main/runtime/nodeProcessHost'
import { tempDir } from '../helpers/tempDir'

function start(code: string, env: Readonly<Record<string, string>> = {}) {
  const entry = join(tempDir(), 'worker.mjs')
  writeFileSync(entry, code)
  const logs: string[] = []
  const messages: unknown[] = []
  const child: ChildProcess = nodeProcessHost({ onLog: (name, line) => logs.push(`${name}: ${line}`) }).fork(entry, { name: 'slice 1', env })
  onTestFinished(() => child.kill())
  child.onMessage(message => messages.push(message))
  const exit = new Promise<{ readonly code: number | null, readonly signal: string | null }>(resolve => child.onExit(resolve))
  return { child, logs, messages, exit }
}

describe('a worker process', () => {
  it('gets the environment it was given, and what it cannot run without', async () => {
    vi.stubEnv('SOME_TOKEN', 'secret')
    vi.stubEnv('NODE_OPTIONS', '--no-warnings')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { messages, exit } = start('process.send(process.env)', { TRANCHE_SLICE: 'slice_1' })
    await vi.waitFor(() => expect(messages).toHaveLength(1))
    expect(messages[0]).toMatchObject({ TRANCHE_SLICE: 'slice_1', PATH: process.env.PATH })
    expect(messages[0]).not.toHaveProperty('SOME_TOKEN')
    expect(messages[0]).not.toHaveProperty('NODE_OPTIONS')
    void exit
  })

  it('is heard to its last message, then its end is told once', async () => {
    const { messages, exit, child } = start(`
      process.once('message', (bytes) => {
        for (let i = 0; i < 1000; i++)
          process.send({ i, bytes }, i === 999 ? () => process.exit(7) : undefined)
      })`)
    child.send(Uint8Array.of(1, 2, 3))
    expect(await exit).toEqual({ code: 7, signal: null })
    expect(messages).toHaveLength(1000)
    expect(messages.at(-1)).toEqual({ i: 999, bytes: Uint8Array.of(1, 2, 3) })
  })

  it('can be killed, and messages to it after that do nothing', async () => {
    const { child, exit } = start('setInterval(() => {}, 1000)')
    child.kill()
    expect(await exit).toEqual({ code: null, signal: 'SIGKILL' })
    child.send('anyone?')
    child.kill()
  })

  it('leaves its last words', async () => {
    const { logs, exit } = start('console.log("loading"); console.error("out of memory"); process.exit(3)')
    expect(await exit).toEqual({ code: 3, signal: null })
    await vi.waitFor(() => expect([...logs].sort()).toEqual(['slice 1: loading', 'slice 1: out of memory']))
  })

  it('that cannot start has ended', async () => {
    const exit = new Promise(resolve => nodeProcessHost().fork(join(tempDir(), 'missing.mjs'), { name: 'x', env: {} }).onExit(resolve))
    expect(await exit).toEqual({ code: 1, signal: null })
  })
})

describe('what a worker inherits', () => {
  it('is what is set, of a short list, and the wish that no library reports its use', () => {
    expect(essentialEnv({ PATH: '/bin', HOME: undefined, AWS_SECRET_ACCESS_KEY: 'x' })).toEqual({ PATH: '/bin', ORT_DISABLE_TELEMETRY: '1' })
  })
})
