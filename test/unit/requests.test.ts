import type { WireTensor } from '../../src-main/contract/model'
import type { PlainTensor } from '../../src-main/runtime/protocol'
import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { createRequests, maxInFlight } from '../../src-main/runtime/requests'
import { toPlainTensors, toWireTensors } from '../../src-main/runtime/wireTensors'

const tensor = (value: number): WireTensor => ({ name: 'x', dtype: 'float32', shape: [1], data: Buffer.from(Float32Array.of(value).buffer).toString('base64') })
const plain = (value: number): PlainTensor => ({ name: 'x', dtype: 'float32', shape: [1], data: new Uint8Array(Float32Array.of(value).buffer) })
const answer = (value: number) => ({ ok: true as const, outputs: [plain(value)], latencyMs: 1, batch: 2 })

/** Requests whose worker is there or not. */
function world() {
  const sent: { readonly request: number, readonly inputs: readonly PlainTensor[] }[] = []
  const state = { isThere: true }
  const requests = createRequests({
    send: (_jobId, request, inputs) => {
      if (state.isThere)
        sent.push({ request, inputs })
      return state.isThere
    },
  })
  return { requests, sent, state }
}

describe('requests to a served job', () => {
  it('reach the worker as bytes and the caller as base64, each with its own answer', async () => {
    const { requests, sent } = world()
    const [first, second] = [requests.infer('job_a', [tensor(1)]), requests.infer('job_a', [tensor(2)])]
    expect(sent.map(({ inputs }) => inputs)).toEqual([[plain(1)], [plain(2)]])
    requests.answered('job_a', sent[1].request, answer(20))
    requests.answered('job_a', sent[0].request, { ok: false, error: { code: 'invalid_input', message: 'no', retryable: false } })
    await expect(second).resolves.toEqual({ outputs: [tensor(20)], latencyMs: 1, batch: 2 })
    await expect(first).rejects.toMatchObject({ code: 'invalid_input', message: 'no' })
    expect(requests.waiting('job_a')).toBe(0)
  })

  it('are sent again to the worker that takes over, but for those that have their answer', async () => {
    const { requests, sent, state } = world()
    const first = requests.infer('job_a', [tensor(1)])
    const second = requests.infer('job_a', [tensor(2)])
    requests.answered('job_a', sent[0].request, answer(10))
    state.isThere = false
    const third = requests.infer('job_a', [tensor(3)])
    requests.moved('job_a')
    expect(sent).toHaveLength(2)
    state.isThere = true
    requests.moved('job_a')
    expect(sent.slice(2).map(({ inputs }) => inputs)).toEqual([[plain(2)], [plain(3)]])
    for (const { request, inputs } of sent.slice(2))
      requests.answered('job_a', request, { ...answer(0), outputs: [...inputs] })
    // The old worker's late word changes nothing.
    requests.answered('job_a', sent[1].request, answer(99))
    expect((await Promise.all([first, second, third])).map(({ outputs }) => outputs[0])).toEqual([tensor(10), tensor(2), tensor(3)])
  })

  it('are all rejected when the job ends, as ones to ask again; other jobs go on', async () => {
    const { requests, sent } = world()
    const [own, others] = [requests.infer('job_a', [tensor(1)]), requests.infer('job_b', [tensor(2)])]
    requests.ended('job_a', new TrancheError('cancelled', 'Job job_a was cancelled.'))
    await expect(own).rejects.toMatchObject({ code: 'cancelled', options: { retryable: true } })
    requests.answered('job_b', sent[1].request, answer(5))
    await expect(others).resolves.toMatchObject({ outputs: [tensor(5)] })
  })

  it('are refused where too many wait already', async () => {
    const { requests } = world()
    const waiting = Array.from({ length: maxInFlight }, () => requests.infer('job_a', [tensor(1)]))
    await expect(requests.infer('job_a', [tensor(1)])).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/too many requests at once/i) as string, options: { retryable: true } })
    requests.ended('job_a', new TrancheError('conflict', 'over'))
    await Promise.allSettled(waiting)
    void requests.infer('job_a', [tensor(1)])
    expect(requests.waiting('job_a')).toBe(1)
  })
})

describe('tensors on the wire', () => {
  it('are the same there and back', () => {
    const tensors = [tensor(1.5), { name: 'empty', dtype: 'int8', shape: [0], data: '' }]
    expect(toWireTensors(toPlainTensors(tensors))).toEqual(tensors)
  })

  it('are refused where they are not base64, or too large in all', () => {
    for (const data of ['AAA', 'A===', 'AA=A', '!!!!', 'AAAA\n'])
      expect(() => toPlainTensors([{ ...tensor(1), data }]), data).toThrow(/is not base64/)
    const half = 'A'.repeat(48 * 1024 * 1024)
    expect(() => toPlainTensors([{ ...tensor(1), data: half }, { ...tensor(2), data: half }])).toThrow(/72 MiB of tensors; up to 64 MiB/)
  })
})
