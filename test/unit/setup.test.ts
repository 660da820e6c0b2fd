import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeFailure, SetupFailure } from '../../resources/setup/lib/failure.mjs'
import { takeLock } from '../../resources/setup/lib/lock.mjs'
import { cacheRoot } from '../../resources/setup/lib/paths.mjs'
import { formatTime, label } from '../../resources/setup/lib/progress.mjs'
import { appPathOf } from '../../resources/setup/runtime-app/appPath.mjs'
import { download } from '../../resources/setup/runtime/download.mjs'
import { fingerprint } from '../../resources/setup/steps/build.mjs'
import { installCommand, spelledFor } from '../../resources/setup/steps/libraries.mjs'
import { parseProgress } from '../../resources/setup/steps/models.mjs'
import { firstMismatch } from '../../resources/setup/steps/packages.mjs'
import { stillHolds } from '../../resources/setup/steps/runtime.mjs'
import { countsOf, lastLine, sum } from '../../resources/setup/testing/counts.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tranche-setup-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the app path on a command line', () => {
  it.each([
    [['.'], '.'],
    [['--inspect=0', '--remote-debugging-port=0', '--no-sandbox', '.', '--some-flag'], '.'],
    [['-r', 'hook.js', '--no-sandbox', '/app', 'more'], '/app'],
    [['--no-sandbox'], undefined],
  ])('%j leads to %s', (args, path) => {
    expect(appPathOf(args)).toBe(path)
  })
})

describe('an installation against the lock file', () => {
  const wanted = { packages: { '': { version: '1.0.0' }, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true } } }

  it('matches without the optional packages of other platforms', () => {
    expect(firstMismatch(wanted, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBeUndefined()
  })

  it('names a package that is missing', () => {
    expect(firstMismatch(wanted, { packages: {} })).toBe('node_modules/a')
  })

  it('names a package of another version, optional or not', () => {
    expect(firstMismatch(wanted, { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.9.0' } } })).toBe('node_modules/b')
  })
})

describe('missing system libraries', () => {
  it('are spelled as the system spells them', () => {
    const known = new Set(['libgtk-3-0t64', 'libgbm1', 'xvfb'])
    expect(spelledFor(['libgtk-3-0', 'libgbm1', 'xvfb'], name => known.has(name))).toEqual(['libgtk-3-0t64', 'libgbm1', 'xvfb'])
  })

  it('are asked for with a command that can be pasted', () => {
    expect(installCommand(['xvfb', 'xauth'])).toBe('sudo apt-get update && sudo apt-get install -y --no-install-recommends xvfb xauth')
  })
})

describe('an earlier choice of runtime', () => {
  const record = { electron: '33.2.1', chromium: '130', node: '20', modules: '130', napi: '9', executable: '/e', declared: '45.4.1', chosenBecause: '', source: 'package' } as const

  it('holds while package.json declares the same Electron', () => {
    expect(stillHolds(record, undefined, '45.4.1')).toBe(true)
    expect(stillHolds(record, undefined, '46.0.0')).toBe(false)
  })

  it('gives way to what is forced', () => {
    expect(stillHolds(record, { source: 'download' }, '45.4.1')).toBe(false)
    expect(stillHolds(record, { source: 'custom', path: '/mine' }, '45.4.1')).toBe(false)
  })

  it('ends with the force, where it was a person\'s own', () => {
    expect(stillHolds({ ...record, source: 'custom' }, undefined, '45.4.1')).toBe(false)
  })
})

describe('a download', () => {
  const bytes = new TextEncoder().encode('tranche')
  const integrity = 'sha512-lB7qRuMBhHyQGzlX9IqRdTBFnH1qm1vAP/4/JIZe9X70m85iLRAgIO4ggB3dQl1f0pAd9CDlFiseH47D7iUNuA=='
  const serve = (offset: number, upTo = bytes.length) => ({
    offset,
    total: bytes.length,
    async* body() {
      yield bytes.slice(offset, upTo)
      if (upTo < bytes.length)
        throw new Error('cut')
    },
  })

  it('goes on from the last byte after a cut', async () => {
    const asked: number[] = []
    await download({
      file: join(folder, 'f'),
      integrity,
      pauseMs: 0,
      onProgress: () => {},
      ask: async (offset) => {
        asked.push(offset)
        const { body, ...answer } = serve(offset, offset + 3)
        return { ...answer, body: body() }
      },
    })
    expect(asked).toEqual([0, 3, 6])
  })

  it('throws away what is not the pinned file', async () => {
    const wrong = download({
      file: join(folder, 'f'),
      integrity: 'sha512-other',
      pauseMs: 0,
      onProgress: () => {},
      ask: async (offset) => {
        const { body, ...answer } = serve(offset)
        return { ...answer, body: body() }
      },
    })
    await expect(wrong).rejects.toThrow('wrong checksum')
  })

  it('gives up when nothing arrives', async () => {
    let tries = 0
    const dead = download({
      file: join(folder, 'f'),
      integrity,
      pauseMs: 0,
      onProgress: () => {},
      ask: async () => {
        tries++
        throw new Error('no route')
      },
    })
    await expect(dead).rejects.toThrow('no route')
    expect(tries).toBe(4)
  })
})

describe('the sources\' fingerprint', () => {
  it('changes with a file\'s time, a new file and a removed one, and not otherwise', () => {
    mkdirSync(join(folder, 'src/deep'), { recursive: true })
    writeFileSync(join(folder, 'src/deep/a.ts'), 'a')
    const now = () => fingerprint(folder, ['src', 'missing.ts'])
    const first = now()
    expect(now()).toBe(first)
    utimesSync(join(folder, 'src/deep/a.ts'), 1, 1)
    const touched = now()
    writeFileSync(join(folder, 'src/b.ts'), 'b')
    const added = now()
    rmSync(join(folder, 'src/deep/a.ts'))
    expect(new Set([first, touched, added, now()]).size).toBe(4)
  })

  it('leaves out what is not built', () => {
    mkdirSync(join(folder, 'src/setup'), { recursive: true })
    const before = fingerprint(folder, ['src'], /^src\/setup$/)
    writeFileSync(join(folder, 'src/setup/a.mjs'), 'a')
    expect(fingerprint(folder, ['src'], /^src\/setup$/)).toBe(before)
  })
})

describe('the set-up lock', () => {
  it('lets the second in when the first is done', async () => {
    const file = join(folder, 'lock')
    const giveBack = await takeLock(() => {}, file)
    let waitedFor = 0
    const second = takeLock(holder => waitedFor = holder, file)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(waitedFor).toBe(process.pid)
    giveBack()
    ;(await second)()
  })

  it('is taken over from a process that is gone', async () => {
    const file = join(folder, 'lock')
    writeFileSync(file, '4194304') // above Linux's highest process id
    ;(await takeLock(() => {}, file))()
  })

  it('is taken over when nobody has refreshed it for a minute', async () => {
    const file = join(folder, 'lock')
    writeFileSync(file, String(process.ppid))
    const longAgo = new Date(Date.now() - 61_000)
    utimesSync(file, longAgo, longAgo)
    ;(await takeLock(() => {}, file))()
  })
})

describe('what a person sees', () => {
  it('says what happened and what comes next, without a stack trace', () => {
    const output = 'npm error no route\nnpm error     at fetch (file.js:1:2)\n'
    expect(describeFailure(new SetupFailure('it broke', 'mend it', output))).toBe('npm error no route\ntranche: it broke\n  next: mend it')
  })

  it('says when the disk is full', () => {
    expect(describeFailure(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }))).toMatch(/disk is full[^\n]*\n {2}next: free/)
  })

  it('shows steps in one column, with their time', () => {
    expect(label('packages')).toBe('  packages .........')
    expect([400, 42_000, 125_000].map(formatTime)).toEqual(['0.4 s', '42 s', '2 min 5 s'])
  })

  it('takes progress lines of the prefetch program and nothing else', () => {
    expect(parseProgress('{"progress":0.5,"text":"a"}')).toEqual({ progress: 0.5, text: 'a' })
    expect(parseProgress('{"other":1}')).toBeUndefined()
    expect(parseProgress('words')).toBeUndefined()
  })

  it('counts a step that failed without a failed test as one failure', () => {
    const steps = [{ ok: true }, { ok: false }, { ok: false, tests: { passed: 2, failed: 3, skipped: 1 } }]
    expect(lastLine(sum(steps.map(countsOf)))).toBe('2 passed, 4 failed, 1 skipped')
  })
})

describe('the cache', () => {
  it('lies where TRANCHE_CACHE says, else where the platform keeps caches', () => {
    expect(cacheRoot({ TRANCHE_CACHE: '/c' }, 'linux')).toBe('/c')
    expect(cacheRoot({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/tranche')
    expect(cacheRoot({}, 'darwin')).toMatch(/Library\/Caches\/tranche$/)
  })
})
