import { expect, it } from 'vitest'
import { readArguments } from '../../../src-main/shell/arguments'

it('finds --state among what Electron and Chromium leave on the command line', () => {
  expect(readArguments(['/usr/bin/electron', '--inspect=0', '--no-sandbox', '/app', '--state', 'lab'], '/home/me')).toEqual({ stateDir: '/home/me/lab', problem: null })
  expect(readArguments(['tranche', '--state=/var/lab'], '/home/me')).toEqual({ stateDir: '/var/lab', problem: null })
  expect(readArguments(['tranche'], '/home/me')).toEqual({ stateDir: null, problem: null })
})

it('says what is wrong with a --state that names nothing', () => {
  for (const argv of [['tranche', '--state'], ['tranche', '--state='], ['tranche', '--state', '--no-sandbox']])
    expect(readArguments(argv, '/home/me')).toMatchObject({ stateDir: null, problem: expect.stringContaining('--state DIR') })
})
