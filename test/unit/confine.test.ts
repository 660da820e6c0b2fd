import type { KernelArch } from '../../src-main/runtime/worker/confine/kernel'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeIsolation, isolationOf, noWall, wall } from '../../src-main/runtime/isolation'
import { runtimeFiles } from '../../src-main/runtime/worker/confine/runtimeFiles'
import { syscallFilter } from '../../src-main/runtime/worker/confine/syscallFilter'
import { threadCode } from '../../src-main/runtime/worker/confine/threadCode'
import { tempDir } from '../helpers/tempDir'

const pid = 4711
const archNumbers = { x64: 0xC000_003E, arm64: 0xC000_00B7 }
const verdicts = new Map([[0x7FFF_0000, 'allowed'], [0x0005_0001, 'EPERM'], [0x0005_0026, 'ENOSYS']])

/** Runs a filter as the kernel does: one instruction of 8 bytes after the other over `struct seccomp_data`. */
function ask(filter: Uint8Array, arch: number, number: number, args: readonly number[] = []): string | undefined {
  const code = new DataView(filter.buffer)
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(0, number, true)
  data.setUint32(4, arch, true)
  for (const [index, value] of args.entries())
    data.setBigInt64(16 + 8 * index, BigInt(value), true)
  let accumulator = 0
  for (let at = 0; at < filter.length; at += 8) {
    const value = code.getUint32(at + 4, true)
    const jump = (holds: boolean) => at += 8 * code.getUint8(at + (holds ? 2 : 3))
    switch (code.getUint16(at, true)) {
      case 0x20: accumulator = data.getUint32(value, true)
        break
      case 0x54: accumulator = (accumulator & value) >>> 0
        break
      case 0x15: jump(accumulator === value)
        break
      case 0x35: jump(accumulator >= value)
        break
      case 0x45: jump((accumulator & value) !== 0)
        break
      case 0x06: return verdicts.get(value)
    }
  }
  return 'ran off its end'
}

function asker(arch: KernelArch, localSockets = false) {
  const filter = syscallFilter({ arch, pid, localSockets })
  return (number: number, ...args: number[]) => ask(filter, archNumbers[arch], number, args)
}

describe.each([
  { arch: 'x64', read: 0, futex: 202, clone: 56, socket: 41, socketpair: 53, connect: 42, kill: 62, tgkill: 234, execve: 59, ioUring: 425, ptrace: 101, prlimit: 302, setpriority: 141, exit: 231, chmod: 268 },
  { arch: 'arm64', read: 63, futex: 98, clone: 220, socket: 198, socketpair: 199, connect: 203, kill: 129, tgkill: 131, execve: 221, ioUring: 425, ptrace: 117, prlimit: 261, setpriority: 140, exit: 94, chmod: 53 },
] as const)('the filter of system calls on $arch', (numbers) => {
  const call = asker(numbers.arch)

  it('lets a worker read, wait and end', () => {
    for (const number of [numbers.read, numbers.futex, numbers.exit])
      expect(call(number, 3, 4, 5)).toBe('allowed')
  })

  it('refuses programs, tracing, changes of mode and the other way to make calls', () => {
    for (const number of [numbers.execve, numbers.ptrace, numbers.chmod, numbers.ioUring])
      expect(call(number)).toBe('EPERM')
  })

  it('lets threads be made and no processes', () => {
    const [sharesMemory, isThread, ends] = [0x100, 0x1_0000, 17]
    expect(call(numbers.clone, sharesMemory | isThread)).toBe('allowed')
    expect(call(numbers.clone, ends)).toBe('EPERM')
    expect(call(numbers.clone, sharesMemory | 0x4000 | ends)).toBe('EPERM')
    expect(call(435)).toBe('ENOSYS')
  })

  it('lets signals reach its own process only', () => {
    fc.assert(fc.property(fc.integer(), (other) => {
      const verdict = other === pid ? 'allowed' : 'EPERM'
      expect(call(numbers.kill, other, 9)).toBe(verdict)
      expect(call(numbers.tgkill, other, 1, 9)).toBe(verdict)
    }))
    expect(call(numbers.kill, pid, 9)).toBe('allowed')
    expect(call(numbers.tgkill, pid, 4712, 9)).toBe('allowed')
  })

  it('lets limits and priority of its own process be changed only', () => {
    for (const [who, verdict] of [[0, 'allowed'], [pid, 'allowed'], [1, 'EPERM'], [pid + 1, 'EPERM']] as const) {
      expect(call(numbers.prlimit, who)).toBe(verdict)
      expect(call(numbers.setpriority, 0, who)).toBe(verdict)
    }
  })

  it('opens no socket, but for pairs within the process that cannot send elsewhere', () => {
    for (const family of [1, 2, 10, 16, 17])
      expect(call(numbers.socket, family, 1)).toBe('EPERM')
    expect(call(numbers.connect)).toBe('EPERM')
    const [stream, datagram, closeOnExec] = [1, 2, 0o2000000]
    expect(call(numbers.socketpair, 1, stream | closeOnExec)).toBe('allowed')
    expect(call(numbers.socketpair, 1, datagram | closeOnExec)).toBe('EPERM')
  })

  it('opens sockets of this host where that is asked for, and none of the network', () => {
    const local = asker(numbers.arch, true)
    expect(local(numbers.socket, 1, 1)).toBe('allowed')
    expect(local(numbers.connect)).toBe('allowed')
    for (const family of [2, 10, 16, 17])
      expect(local(numbers.socket, family, 1)).toBe('EPERM')
  })

  it('refuses every call under the numbers of another processor', () => {
    const filter = syscallFilter({ arch: numbers.arch, pid, localSockets: false })
    for (const other of [0x4000_0003, 0x4000_0028, archNumbers[numbers.arch === 'x64' ? 'arm64' : 'x64']])
      expect(ask(filter, other, numbers.read)).toBe('EPERM')
  })

  it('answers any call with one of its verdicts', () => {
    const filter = syscallFilter({ arch: numbers.arch, pid, localSockets: false })
    fc.assert(fc.property(fc.nat(600), fc.array(fc.integer(), { maxLength: 6 }), (number, args) => {
      expect([...verdicts.values()]).toContain(ask(filter, archNumbers[numbers.arch], number, args))
    }))
    expect(filter.length / 8).toBeLessThan(4096)
  })
})

it('the filter on x64 refuses the second set of numbers for the same calls', () => {
  expect(asker('x64')(0x4000_0000 + 1)).toBe('EPERM')
})

it('what a thread runs holds the rules and the counters it was made for', () => {
  for (const arch of ['x64', 'arm64'] as const) {
    const one = threadCode(arch, 20, 0x1234_5678_9ABCn).bytes
    expect(one.length).toBeLessThan(4096)
    expect(threadCode(arch, 21, 0x1234_5678_9ABCn).bytes).not.toEqual(one)
    expect([...one].join()).toContain([0xBC, 0x9A, 0x78, 0x56, 0x34, 0x12].join())
  }
})

describe('what the runtime needs', () => {
  it('is the application without what else lies in its folder, and the libraries that the environment names', () => {
    const folder = tempDir()
    const here = join(folder, 'out', 'main', 'chunks')
    mkdirSync(here, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{}')
    const { read } = runtimeFiles(here, { LD_LIBRARY_PATH: '/cuda/lib::/more', CUDA_PATH: '/cuda' })
    expect(read).toEqual(expect.arrayContaining([here, join(folder, 'out'), join(folder, 'package.json'), '/cuda/lib', '/more', '/cuda']))
    expect(read).not.toContain(folder)
    expect(read).not.toContain('')
  })

  it('is no folder of a person, and not the whole of /etc, /proc or /dev', () => {
    const { read, write, device } = runtimeFiles(import.meta.dirname, {})
    for (const path of ['/', '/home', '/root', '/etc', '/proc', '/dev', '/dev/shm', '/tmp', '/var', '/run', process.env.HOME])
      expect([...read, ...write, ...device]).not.toContain(path)
  })
})

describe('what an admin is told', () => {
  it('of Linux with both means: nothing is open', () => {
    const told = describeIsolation({ files: wall, calls: wall, endsWithLab: true }, 'linux')
    expect(told).toMatchObject({ files: true, network: true, programs: true, endsWithLab: true })
  })

  it('of a Linux without one of them: what is open, and why', () => {
    const noLandlock = describeIsolation({ files: noWall('the kernel offers no Landlock (error 38)'), calls: wall, endsWithLab: true }, 'linux')
    expect(noLandlock).toMatchObject({ files: false, network: true, programs: true })
    expect(noLandlock.detail).toContain('has the files of the user who runs the lab: the kernel offers no Landlock (error 38).')
    const noFilter = describeIsolation({ files: wall, calls: noWall('a container forbids it'), endsWithLab: true }, 'linux')
    expect(noFilter).toMatchObject({ files: true, network: false, programs: true })
    expect(noFilter.detail).toContain('It cannot start programs, but the network is open to it: a container forbids it.')
  })

  it.each(['darwin', 'win32'] as const)('of %s: files, network and programs are open, and what to do', (platform) => {
    const told = describeIsolation({ files: noWall('x'), calls: noWall('x'), endsWithLab: false }, platform)
    expect(told).toMatchObject({ files: false, network: false, programs: false, endsWithLab: false })
    expect(told.detail).toContain('run the lab on Linux')
    expect(told.detail).toContain('environment is cleaned')
  })

  it('of this host never fails, and does not confine who asks', () => {
    expect(isolationOf()).toEqual(isolationOf())
    const file = join(tempDir(), 'file')
    writeFileSync(file, 'still writable')
  })
})
