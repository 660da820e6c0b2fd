import type { BrowserWindow } from 'electron'
import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, expect, it } from 'vitest'
import { pageLoader } from '../../../src-main/shell/pageLoader'

let loads: { url: string, done: () => void, failed: (url: string) => void }[]
let faults: string[]
let webContents: EventEmitter
let load: (url: string) => Promise<void>

beforeEach(() => {
  loads = []
  faults = []
  webContents = new EventEmitter()
  const window = Object.assign(new EventEmitter(), {
    webContents,
    isDestroyed: () => false,
    loadURL: (url: string) => new Promise<void>((resolve, reject) => loads.push({
      url,
      done: resolve,
      failed: failedUrl => reject(Object.assign(new Error('ERR_ABORTED'), { code: 'ERR_ABORTED', errno: -3, url: failedUrl })),
    })),
  })
  load = pageLoader(window as unknown as BrowserWindow, { file: '', fault: what => faults.push(what), note: () => {} })
})

it('tells of a page that could not be loaded', async () => {
  const loaded = load('tranche://app/')
  await turn()
  loads[0].failed('tranche://app/')
  await loaded
  expect(faults).toEqual(['tranche://app/ could not be loaded'])
})

it('takes a way out that was refused while the page loads for no fault of the page', async () => {
  const loaded = load('tranche://app/')
  await turn()
  loads[0].failed('https://elsewhere.example/')
  await loaded
  expect(faults).toEqual([])
})

it('loads one page after the other, and only the last that was asked for', async () => {
  const all = ['tranche://app/', 'tranche://failure/', 'tranche://app/last'].map(load)
  await turn()
  expect(loads.map(({ url }) => url)).toEqual(['tranche://app/last'])
  loads[0].done()
  await Promise.all(all)
  expect(faults).toEqual([])
})

it('loads a page again whose process died, once', async () => {
  void load('tranche://app/')
  await turn()
  loads[0].done()
  const die = () => webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
  die()
  await turn()
  expect(loads).toHaveLength(2)
  loads[1].done()
  die()
  await turn()
  expect(loads).toHaveLength(2)
  expect(faults).toHaveLength(2)
})
