import { expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { cutLayout, rulesOf } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())
const sriovOf = (functions?: number) => rulesOf({ model: 'A40-48GB', mode: 'sriov', memoryMiB: 49152, settings: { functions } }, gpus)

it('shows functions that are all alike and share the device evenly', () => {
  const cuts = cutLayout(sriovOf(4), [0, 1, 2, 3].map(start => ({ profile: 'vf', start })))
  expect(cuts.map(({ start, size, memoryMiB, computeShare }) => [start, size, memoryMiB, computeShare])).toEqual([0, 1, 2, 3].map(start => [start, 1, 12288, 0.25]))
})

it('shows as many functions as the model has unless told otherwise', () => {
  expect(sriovOf().slots).toBe(gpus.get('A40-48GB')?.sriov?.maxFunctions)
})

it.each([
  ['vf', 4, 'illegal-start', 'vf can start at slot 0, 1, 2 or 3, not at 4.'],
  ['vf', 1, 'overlap', 'vf holds slot 1'],
  ['A40-4C', 0, 'unknown-profile', 'A device in SR-IOV mode has no profile A40-4C. It has vf.'],
])('refuses %s at %i: %s', (profile, start, rule, message) => {
  expect(sriovOf(4).cut([{ profile: 'vf', start: 1, size: 1 }], profile, start)).toMatchObject({ ok: false, refusal: { rule, message: expect.stringContaining(message) } })
})
