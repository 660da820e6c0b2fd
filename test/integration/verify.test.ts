import type { VerifyReport } from '../../src-main/doors/cli/verifyReport'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cli, cliJson } from '../helpers/cliProcess'
import { addModel, onnxModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'
import { float32, writeCase } from '../helpers/verifyCase'

const x = float32(1, 2, 3, 4)
const sum = float32(11, 22, 33, 44)

it('verifies the cases of a folder on a slice, each with its own verdict', async () => {
  const folder = tempDir()
  const [cases, state] = [join(folder, 'cases'), join(folder, 'state')]
  const unknown = onnxModel({ nodes: [{ op: 'Nonesuch', inputs: ['x'], outputs: ['y'] }], inputs: [{ name: 'x', shape: [4] }], outputs: [{ name: 'y', shape: [4] }] })
  writeCase(join(cases, 'node', 'test_add'), addModel(), { inputs: [x], outputs: [sum] }, { inputs: [sum], outputs: [float32(21, 42, 63, 84)] })
  writeCase(join(cases, 'node', 'test_nonesuch'), unknown, { inputs: [x], outputs: [x] })
  const { status, answer, stderr } = await cliJson('verify', cases, '--profile', '3g.40gb', '--state', state)
  expect(status, stderr).toBe(0)
  expect(answer).toMatchObject({
    cases: [
      { name: 'node/test_add', status: 'pass', detail: '', dataSets: 2 },
      { name: 'node/test_nonesuch', status: 'unsupported', detail: expect.stringContaining('Nonesuch') },
    ],
    summary: { total: 2, pass: 1, mismatch: 0, error: 0, unsupported: 1, profile: '3g.40gb' },
  })

  writeCase(join(cases, 'node', 'test_wrong'), addModel(), { inputs: [x], outputs: [x] })
  writeCase(join(cases, 'node', 'test_broken'), new Uint8Array(7), { inputs: [x], outputs: [x] })
  const ran = await cli('verify', cases, '--state', state)
  expect(ran.status).toBe(1)
  expect(ran.stdout).toMatch(/^mismatch +node\/test_wrong +Output "y" of test_data_set_0: 4 of 4 values/m)
  expect(ran.stdout).toMatch(/^error +node\/test_broken +\S/m)
  expect(ran.stdout).toMatch(/^4 cases: 1 pass, 1 mismatch, 1 error, 1 unsupported, in .* on \S+ of /m)

  const wider = await cli('verify', cases, '--only', 'test_wrong', '--atol', '40', '--state', state)
  expect(wider, wider.stderr).toMatchObject({ status: 0, stdout: expect.stringMatching(/^1 case: 1 pass/) })
  expect(await cli('doctor', '--state', state)).toMatchObject({ status: 0 })
})

it('runs hundreds of cases as one job, in one worker', async () => {
  const folder = tempDir()
  const names = Array.from({ length: 300 }, (_, at) => `case_${String(at).padStart(3, '0')}`)
  for (const [at, name] of names.entries())
    writeCase(join(folder, 'cases', name), addModel(), { inputs: [float32(at, 0, 0, 0)], outputs: [float32(10 + at, 20, 30, 40)] })
  const { status, answer, stderr } = await cliJson('verify', join(folder, 'cases'), '--state', join(folder, 'state'))
  expect(status, stderr).toBe(0)
  const report = answer as VerifyReport
  expect(report.cases.map(({ name }) => name)).toEqual(names)
  expect(report.summary).toMatchObject({ total: 300, pass: 300 })
  expect((await cliJson('jobs', '--state', join(folder, 'state'))).answer).toMatchObject([{ recipe: 'verify', state: 'done', crashes: 0 }])
})
