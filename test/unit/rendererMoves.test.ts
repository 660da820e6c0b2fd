import type { Bridge } from '../../src-main/contract/bridge'
import type { ErrorShape } from '../../src-main/contract/errors'
import type { MoveReport, MoveTarget } from '../../src-main/contract/model'
import type { Answer } from '../../src-main/contract/router'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useMoves } from '../../src-renderer/stores/moves'
import { useToasts } from '../../src-renderer/stores/toasts'

const job = { id: 'job_1', title: 'receipt.png' }
const target: MoveTarget = { slice: 'slice_2', device: 'device_2', deviceName: 'Virtual A100', profile: '2g.20gb', start: 0, memoryMiB: 19_968, ok: true, reasons: [] }
const place = { id: 'slice_2', device: 'device_2', profile: '2g.20gb', start: 0, size: 2 }
const report: MoveReport = { job: 'job_1', from: { ...place, id: 'slice_1' }, to: place, pauseMs: 12.4, warmMs: 1800 }
const refused: ErrorShape = { code: 'conflict', message: 'The slice was taken meanwhile. Choose another one.', retryable: true }

/** Calls that the window made, and what each waits for. */
let asked: { readonly name: string, readonly input: unknown, readonly answer: (given: Answer) => void }[] = []

beforeEach(() => {
  asked = []
  const bridge: Bridge = { call: (name, input) => new Promise(answer => asked.push({ name, input, answer })), on: () => () => {} }
  vi.stubGlobal('window', { tranche: bridge })
  setActivePinia(createPinia())
})
afterEach(() => vi.unstubAllGlobals())

it('asks for the slice that was chosen, and shows the report to whoever waits for it', async () => {
  const moves = useMoves()
  moves.open(job)
  const done = moves.start(job, target)
  expect(asked).toMatchObject([{ name: 'jobs.move', input: { id: 'job_1', slice: 'slice_2' } }])
  expect(moves.current).toEqual({ target, report: null, error: null })
  asked[0].answer({ ok: true, value: report })
  await done
  expect(moves.current?.report).toEqual(report)
  expect(useToasts().list).toEqual([])
})

it('tells the outcome of a move whose dialog was closed', async () => {
  const moves = useMoves()
  moves.open(job)
  const done = moves.start(job, target)
  moves.close()
  asked[0].answer({ ok: true, value: report })
  await done
  expect(useToasts().list.map(({ message }) => message)).toEqual(['receipt.png runs on 2g.20gb of Virtual A100. It stood still for 12.4 ms.'])
})

it('shows a move that goes on when its dialog is opened again', async () => {
  const moves = useMoves()
  moves.open(job)
  const done = moves.start(job, target)
  moves.close()
  moves.open(job)
  expect(moves.current).toMatchObject({ target: { slice: 'slice_2' }, report: null })
  asked[0].answer({ ok: true, value: report })
  await done
  expect(moves.current?.report).toEqual(report)
})

it('keeps a refusal beside the choice, until another place is to be chosen', async () => {
  const moves = useMoves()
  moves.open(job)
  const done = moves.start(job, target)
  asked[0].answer({ ok: false, error: refused })
  await done
  expect(moves.current?.error).toEqual(refused)
  moves.forget(job.id)
  expect(moves.current).toBeNull()
})

it('tells a refusal that nobody waited for, and begins anew the next time', async () => {
  const moves = useMoves()
  moves.open(job)
  const done = moves.start(job, target)
  moves.close()
  asked[0].answer({ ok: false, error: refused })
  await done
  expect(useToasts().list.map(({ error }) => error)).toEqual([refused])
  moves.open(job)
  expect(moves.current).toBeNull()
})

it('keeps moves of several jobs apart', async () => {
  const moves = useMoves()
  moves.open(job)
  void moves.start(job, target)
  moves.open({ id: 'job_2', title: 'other.png' })
  expect(moves.current).toBeNull()
})
