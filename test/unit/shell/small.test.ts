import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { appLog } from '../../../src-main/shell/appLog'
import { failurePage } from '../../../src-main/shell/failurePage'
import { howItEnded } from '../../../src-main/shell/howItEnded'
import { describeRunning } from '../../../src-main/shell/runtimeInfo'
import { readBounds } from '../../../src-main/shell/windowBounds'
import { limitLines, linesPerWindow } from '../../../src-main/shell/workerLog'
import { tempDir } from '../../helpers/tempDir'

it('tells a signal from an exit code as Chromium reports both', () => {
  expect(howItEnded(9, 'linux')).toEqual({ code: null, signal: 'SIGKILL' })
  expect(howItEnded(11, 'darwin')).toEqual({ code: null, signal: 'SIGSEGV' })
  expect(howItEnded(1, 'linux')).toEqual({ code: 1, signal: null })
  expect(howItEnded(0, 'linux')).toEqual({ code: 0, signal: null })
  expect(howItEnded(9, 'win32')).toEqual({ code: 9, signal: null })
})

it('shows a failure without letting it write the page', () => {
  const page = failurePage({ code: 'state_damaged', message: '<script>alert("x")</script> & more', retryable: false }, '/home/<b>')
  expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more')
  expect(page).toContain('/home/&lt;b&gt;')
  expect(page).not.toContain('<script')
})

it('opens the window where it was, unless no display shows that place any more', () => {
  const file = join(tempDir(), 'bounds.json')
  const screen = { x: 0, y: 0, width: 1920, height: 1080 }
  const at = (x: number, y: number) => {
    writeFileSync(file, JSON.stringify({ x, y, width: 1000, height: 700, maximised: false }))
    return readBounds(file, [screen])
  }
  expect(at(100, 50)).toEqual({ x: 100, y: 50, width: 1000, height: 700, maximised: false })
  expect(at(-900, 50)).not.toBeNull()
  expect(at(-960, 50)).toBeNull()
  expect(at(2500, 50)).toBeNull()
  expect(at(100, -30)).toBeNull()
  expect(at(100, 1075)).toBeNull()
  writeFileSync(file, '{"x":"far"}')
  expect(readBounds(file, [screen])).toBeNull()
  expect(readBounds(`${file}.gone`, [screen])).toBeNull()
})

it('names the runtime by the record of the set-up, if it is about this very executable', () => {
  const folder = tempDir()
  const executable = join(folder, 'electron')
  const record = join(folder, 'runtime.json')
  writeFileSync(executable, '')
  symlinkSync(executable, join(folder, 'link'))
  const running = { electron: '33.2.1', chromium: '130.0.0.0', executable }
  expect(describeRunning(running, record)).toMatchObject({ electron: '33.2.1', source: 'custom', detail: `started from ${executable}` })
  writeFileSync(record, JSON.stringify({ source: 'package', executable: join(folder, 'link'), chosenBecause: 'no other was reached' }))
  expect(describeRunning(running, record)).toMatchObject({ source: 'package', detail: 'no other was reached' })
  expect(describeRunning({ ...running, executable: '/elsewhere/electron' }, record)).toMatchObject({ source: 'custom' })
})

it('writes the beginning of what a noisy worker prints and counts the rest', () => {
  const written: string[] = []
  let nowMs = 0
  const log = limitLines((worker, line) => void written.push(`${worker}: ${line}`), () => nowMs)
  for (let i = 0; i < linesPerWindow + 20; i++)
    log('w1', `line ${i}`)
  log('w1', '   ')
  log('w2', 'hello')
  expect(written).toHaveLength(linesPerWindow + 1)
  expect(written.at(-1)).toBe('w2: hello')
  nowMs = 60_000
  log('w1', 'again')
  expect(written.slice(-2)).toEqual(['w1: (20 more lines were left out)', 'w1: again'])
})

it('keeps its log small, and is no trouble where it cannot write', () => {
  const folder = tempDir()
  writeFileSync(join(folder, 'desktop.log'), 'x'.repeat(5 * 1024 * 1024))
  appLog(folder).note('started', { electron: '33' })
  expect(JSON.parse(readFileSync(join(folder, 'desktop.log'), 'utf8'))).toMatchObject({ level: 'info', msg: 'started', electron: '33' })
  expect(readFileSync(join(folder, 'desktop.log.old'))).toHaveLength(5 * 1024 * 1024)
  mkdirSync(join(folder, 'odd', 'desktop.log'), { recursive: true })
  expect(() => appLog(join(folder, 'odd')).note('started')).not.toThrow()
})
