import type { CallParsed } from '../../src-main/contract/calls'
import type { Item, Job } from '../../src-main/contract/model'
import type { Handlers } from '../../src-main/contract/router'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCases } from '../../src-main/doors/cli/verifyCases'
import { checkSubmission } from '../../src-main/scheduler/submission'
import { contractDevice, contractItem, contractJob } from '../helpers/contractJob'
import { addModel } from '../helpers/onnx'
import { run } from '../helpers/runCli'
import { tempDir } from '../helpers/tempDir'
import { float32, writeCase } from '../helpers/verifyCase'

const dataSet = { inputs: [float32(1, 2, 3, 4)], outputs: [float32(11, 22, 33, 44)] }
const makeCase = (root: string, name: string) => writeCase(join(root, name), addModel(), dataSet)

/** A lab that has run the job already: `results` of its cases by their folders' names, or why one has none. */
function labOf(root: string, results: Readonly<Record<string, unknown>>, different: Partial<Job> = {}): { readonly handlers: Partial<Handlers>, readonly submitted: CallParsed<'jobs.submit'>[] } {
  const submitted: CallParsed<'jobs.submit'>[] = []
  const job = (): Job => contractJob({
    recipe: 'verify',
    state: 'done',
    items: (submitted[0]?.inputs ?? []).map((input, index): Item => {
      const result = results[relative(root, input)]
      return contractItem({ index, input, ...result instanceof Error ? { state: 'failed', error: { code: 'worker_crashed', message: result.message, retryable: false } } : { state: result === undefined ? 'pending' : 'done' } })
    }),
    timing: { submittedAtMs: 0, startedAtMs: 0, endedAtMs: 1500, queuedMs: 0, runMs: 1500, asOfMs: 1500 },
    ...different,
  })
  return {
    submitted,
    handlers: {
      'jobs.submit': (input) => {
        submitted.push(input)
        return job()
      },
      'jobs.get': job,
      'jobs.result': ({ index }) => results[relative(root, submitted[0]?.inputs[index] ?? '')],
      'devices.list': () => [contractDevice()],
    },
  }
}

const result = (name: string, status: string, detail = '') => ({ name, status, detail, dataSets: 1 })

describe('tranche verify', () => {
  it('submits the cases of a folder and tells those that did not pass', async () => {
    const root = tempDir()
    const folders = ['a', 'b', 'c', 'd'].map(name => makeCase(root, name))
    const { handlers, submitted } = labOf(root, { a: result('a', 'pass'), b: result('b', 'unsupported', 'No such operator.'), c: result('c', 'mismatch', 'Too far off.'), d: new Error('Its worker died.') })
    const ran = await run(['verify', root, '--profile', '3g.40gb', '--device', 'Virtual A100', '--backend', 'webgpu,cpu', '--rtol', '1e-2', '--atol', '0'], { handlers })
    expect(submitted).toEqual([{ recipe: 'verify', model: root, inputs: folders, profile: '3g.40gb', device: 'device_1', backends: ['webgpu', 'cpu'], params: { rtol: 0.01, atol: 0 } }])
    expect(ran).toMatchObject({ status: 1, opened: [{ runJobs: true }] })
    expect(ran.stdout.split('\n')).toEqual([
      'mismatch     c  Too far off.',
      'error        d  Its worker died.',
      'unsupported  b  No such operator.',
      '4 cases: 1 pass, 1 mismatch, 1 error, 1 unsupported, in 1.5 s on 3g.40gb of Virtual A100 (cpu)',
      '',
    ])
  })

  it('succeeds where all pass or are unsupported, and says all as JSON', async () => {
    const root = tempDir()
    makeCase(root, 'a')
    makeCase(root, 'b')
    const { handlers } = labOf(root, { a: { ...result('a', 'pass'), maxAbsoluteDifference: 0.5 }, b: result('b', 'unsupported', 'No.') })
    const { status, stdout } = await run(['verify', root, '--json'], { handlers })
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      cases: [{ ...result('a', 'pass'), maxAbsoluteDifference: 0.5 }, result('b', 'unsupported', 'No.')],
      summary: { total: 2, pass: 1, mismatch: 0, error: 0, unsupported: 1, backend: 'cpu', fallback: null, profile: '3g.40gb', device: 'Virtual A100', ms: 1500 },
    })
  })

  it('counts cases that never ran as errors, with why', async () => {
    const root = tempDir()
    makeCase(root, 'a')
    const { handlers } = labOf(root, {}, { state: 'failed', error: { code: 'worker_crashed', message: 'It died.', retryable: false } })
    expect(await run(['verify', root], { handlers })).toMatchObject({ status: 1, stdout: expect.stringContaining('error  a  It was not run: the job failed. It died.') })
  })

  it('takes nothing that is no result for one', async () => {
    const root = tempDir()
    makeCase(root, 'a')
    const { handlers } = labOf(root, { a: { name: 'a', status: 'splendid', detail: '' } })
    expect(await run(['verify', root], { handlers })).toMatchObject({ status: 1, stdout: expect.stringContaining('1 error') })
  })

  it('names the backends that ran it, and why the first did not run all', async () => {
    const root = tempDir()
    makeCase(root, 'a')
    const ran = { asked: ['webgpu' as const], nodes: [{ backend: 'webgpu' as const, count: 2, operators: ['Add'] }, { backend: 'cpu' as const, count: 1, operators: ['If'] }], fallback: 'webgpu has no If.' }
    const { handlers } = labOf(root, { a: result('a', 'pass') }, { ran })
    const { stdout } = await run(['verify', root], { handlers })
    expect(stdout).toContain('(webgpu, cpu)\nfallback: webgpu has no If.\n')
  })

  it.each([
    ['a folder without a case', () => [tempDir()], /no test case in .*model\.onnx and test_data_set_0/],
    ['a folder that is not there', () => [join(tempDir(), 'none')], /There is no folder/],
    ['a file', () => {
      const file = join(tempDir(), 'model.onnx')
      writeFileSync(file, '')
      return [file]
    }, /is a file\. Name the folder/],
    ['a pattern that none fits', () => {
      const root = tempDir()
      makeCase(root, 'a')
      return [root, '--only', 'zzz']
    }, /No case in .* matches --only zzz; it holds 1 case/],
    ['a tolerance below 0', () => [tempDir(), '--rtol', '-1'], /number from 0/],
    ['a backend that is none', () => [tempDir(), '--backend', 'abacus'], /Backends are cpu/],
  ])('%s is wrong use, and nothing is submitted', async (_what, args, message) => {
    expect(await run(['verify', ...args()])).toMatchObject({ status: 2, stderr: expect.stringMatching(message), opened: [] })
  })
})

describe('the cases of a folder', () => {
  it('are the folder itself where it is one', () => {
    const folder = makeCase(tempDir(), 'case')
    makeCase(folder, 'inner')
    expect(findCases(folder)).toEqual([folder])
    expect(findCases(folder, 'case')).toEqual([folder])
  })

  it('lie at most four folders below, sorted; links and folders without data sets are none', () => {
    const root = tempDir()
    for (const name of ['z', 'b/case', '1/2/3/4', '1/2/3/5/6', 'a'])
      makeCase(root, name)
    mkdirSync(join(root, 'only-a-model'))
    writeFileSync(join(root, 'only-a-model', 'model.onnx'), addModel())
    symlinkSync(makeCase(tempDir(), 'elsewhere'), join(root, 'link'))
    symlinkSync(root, join(root, 'loop'))
    expect(findCases(root).map(path => relative(root, path))).toEqual(['1/2/3/4', 'a', 'b/case', 'z'].map(name => join(name)))
  })

  it('are chosen by a part of their path, or by a pattern', () => {
    const root = tempDir()
    for (const name of ['node/test_abs', 'node/test_add', 'simple/test_abs.x'])
      makeCase(root, name)
    const chosen = (only: string) => findCases(root, only).map(path => relative(root, path))
    expect(chosen('abs')).toEqual([join('node', 'test_abs'), join('simple', 'test_abs.x')])
    expect(chosen('node/*')).toEqual([join('node', 'test_abs'), join('node', 'test_add')])
    expect(chosen('*test_abs')).toEqual([join('node', 'test_abs')])
    expect(chosen('*.x')).toEqual([join('simple', 'test_abs.x')])
  })
})

describe('a submission of the recipe verify', () => {
  const slices = [{ id: 's', device: 'd', deviceName: 'Virtual A100', model: 'A100-80GB', label: null, profile: '1g.10gb', memoryMiB: 9856, computeShare: 1 / 7, sm: 14, engines: [], unusable: null }]
  const check = (submission: Pick<CallParsed<'jobs.submit'>, 'inputs' | 'model' | 'params'>) => checkSubmission(
    { recipe: 'verify', ...submission },
    { slices: slices as never, pools: [] },
    { defaultModel: () => null, recipeOf: () => null, ids: () => [], leastMiB: async () => null },
  )

  it('takes folders: of each case, and of all of them as the model', async () => {
    const root = tempDir()
    const folder = makeCase(root, '..a')
    expect(await check({ model: root, inputs: [folder] })).toMatchObject({ model: root })
    expect(await check({ model: folder, inputs: [folder] })).toMatchObject({ model: folder })
  })

  it('is refused for files, for cases elsewhere, without its folder, and for settings that are not its own', async () => {
    const root = tempDir()
    const folder = makeCase(root, 'a')
    const refused = (message: RegExp) => ({ code: 'invalid_input', message: expect.stringMatching(message) as string })
    await expect(check({ model: root, inputs: [join(folder, 'model.onnx')] })).rejects.toMatchObject(refused(/is a file\. A test case is a folder/))
    await expect(check({ model: join(folder, 'model.onnx'), inputs: [folder] })).rejects.toMatchObject(refused(/is a file/))
    await expect(check({ model: folder, inputs: [root] })).rejects.toMatchObject(refused(/does not lie in/))
    await expect(check({ inputs: [folder] })).rejects.toMatchObject(refused(/tranche verify DIR/))
    await expect(check({ model: root, inputs: [folder], params: { seed: 3 } })).rejects.toMatchObject(refused(/settings of the verify recipe/))
    await expect(check({ model: root, inputs: [join(root, 'none')] })).rejects.toMatchObject({ code: 'not_found' })
  })
})
