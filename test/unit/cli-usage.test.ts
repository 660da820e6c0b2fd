import type { CatalogEntry } from '../../src-main/contract/model'
import type { RunOptions } from '../helpers/runCli'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { contractDevice, contractItem, contractJob } from '../helpers/contractJob'
import { run } from '../helpers/runCli'
import { tempDir } from '../helpers/tempDir'

const wrong = (message: string | RegExp) => ({ status: 2, stdout: '', stderr: expect.stringMatching(message) as string })

describe('wrong use', () => {
  it.each([
    ['an unknown verb', ['devcies'], /^tranche: Unknown command 'devcies'\. Did you mean devices\? See `tranche --help`\.\n$/],
    ['an unknown option', ['devices', '--jsno'], /^tranche: Unknown option '--jsno'\. Did you mean --json\?/],
    ['a missing argument', ['pull'], /Missing required argument 'id'/],
    ['too many arguments', ['devices', 'x'], /Too many arguments/],
    ['a missing recipe', ['submit'], /Say how inputs become results: --recipe/],
    ['an unknown recipe', ['submit', '--recipe', 'xx'], /Allowed choices are ocr, vad, tensor/],
    ['an input that is missing', ['submit', '--recipe', 'ocr'], /needs pictures: --input FILE/],
    ['an input that does not exist', ['submit', '--recipe', 'ocr', '--input', '/no/such.png'], /There is no file \/no\/such\.png/],
    ['a parameter without a value', ['submit', '--recipe', 'tensor', '--param', 'seed'], /NAME=VALUE/],
    ['made-up pictures', ['submit', '--recipe', 'ocr', '--input', '/', '--synthetic', '3'], /--synthetic makes up/],
    ['a number that is none', ['submit', '--recipe', 'tensor', '--synthetic', '0'], /whole number from 1/],
    ['an empty state folder', ['--state', '', 'devices'], /path of a folder/],
    ['a verb of the lab that is missing', ['lab'], /Name what to do/],
  ])('%s is told in a line, with status 2', async (_what, args, message) => {
    const ran = await run(args)
    expect(ran).toMatchObject(wrong(message))
    expect(ran.opened).toEqual([])
  })

  it('is JSON on stdout where JSON was asked for, wherever the option stands', async () => {
    for (const args of [['--json', 'devcies'], ['devices', 'x', '--json']]) {
      const { status, stdout } = await run(args)
      expect(status).toBe(2)
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'invalid_input', retryable: false } })
    }
  })

  it('is no help that was asked for', async () => {
    expect(await run(['--help'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('tranche submit --recipe ocr') })
    expect(await run(['--version'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('a failure of the lab', () => {
  it.each([
    ['not_found', 2],
    ['invalid_input', 2],
    ['in_use', 1],
    ['conflict', 1],
    ['state_owned', 1],
    ['state_damaged', 1],
  ] as const)('%s ends with status %i', async (code, status) => {
    const handlers: RunOptions['handlers'] = {
      'devices.list': () => {
        throw new TrancheError(code, 'It is so.', { details: { pid: 7 } })
      },
    }
    expect(await run(['devices'], { handlers })).toMatchObject({ status, stdout: '', stderr: 'tranche: It is so.\n' })
    const json = await run(['devices', '--json'], { handlers })
    expect(json).toMatchObject({ status, stderr: 'tranche: It is so.\n' })
    expect(JSON.parse(json.stdout)).toEqual({ error: { code, message: 'It is so.', details: { pid: 7 }, retryable: false } })
  })
})

describe('devices', () => {
  it('are the contract\'s own as JSON, and drawn for people', async () => {
    const devices = [contractDevice()]
    const handlers: RunOptions['handlers'] = { 'devices.list': () => devices, 'devices.use': () => [] }
    expect(JSON.parse((await run(['devices', '--json'], { handlers })).stdout)).toEqual(devices)
    const human = await run(['devices'], { handlers, terminal: true })
    expect(human.stdout).toContain('\u001B[1mVirtual A100')
    expect((await run(['devices'], { handlers, terminal: true, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001B')
  })
})

describe('submit', () => {
  const submitted = (job = contractJob({ state: 'queued' })) => vi.fn((_input: unknown) => job)

  it('makes what was typed absolute', async () => {
    const cwd = tempDir()
    for (const name of ['a.png', 'b.png', 'c.png', 'my-model'])
      writeFileSync(join(cwd, name), '')
    const submit = submitted()
    const args = ['submit', '--recipe', 'ocr', '--input', 'a.png', 'b.png', '--input', './c.png', '--model', 'my-model', '--slice', '3g.40gb', '--device', 'device_1', '--out', 'results', '--param', 'seed=3', 'dims={"n":4}', 'format=npy', '--param', 'e=a=b', '--json']
    expect(await run(args, { cwd, handlers: { 'jobs.submit': submit, 'devices.list': () => [contractDevice()] } })).toMatchObject({ status: 0 })
    expect(submit).toHaveBeenCalledWith({
      recipe: 'ocr',
      inputs: ['a.png', 'b.png', 'c.png'].map(name => join(cwd, name)),
      model: join(cwd, 'my-model'),
      profile: '3g.40gb',
      device: 'device_1',
      outDir: join(cwd, 'results'),
      params: { seed: 3, dims: { n: 4 }, format: 'npy', e: 'a=b' },
    })
  })

  it('asks for what the slice has to have, and for a device by its label', async () => {
    const submit = submitted()
    const handlers: RunOptions['handlers'] = { 'jobs.submit': submit, 'devices.list': () => [contractDevice({ label: 'class-room' })] }
    const args = ['submit', '--recipe', 'tensor', '--device', 'class-room', '--memory', '8GiB', '--share', '25%', '--models', 'A100-80GB, H100-80GB', '--label', 'x', '--engines', 'nvdec,ofa', '--sm', '14']
    expect(await run(args, { handlers })).toMatchObject({ status: 0 })
    expect(submit).toHaveBeenCalledWith({
      recipe: 'tensor',
      inputs: [],
      device: 'device_1',
      need: { memoryMiB: 8192, computeShare: 0.25, sm: 14, engines: ['nvdec', 'ofa'], models: ['A100-80GB', 'H100-80GB'], label: 'x' },
    })
  })

  it('leaves the id of a model as it is, and looks for a file that ends in .onnx', async () => {
    const submit = submitted()
    await run(['submit', '--recipe', 'tensor', '--model', 'silero-vad-v5', '--synthetic', '2'], { handlers: { 'jobs.submit': submit } })
    expect(submit).toHaveBeenCalledWith({ recipe: 'tensor', inputs: [], model: 'silero-vad-v5', synthetic: 2 })
    expect(await run(['submit', '--recipe', 'tensor', '--model', 'no.onnx'])).toMatchObject(wrong(/no model file \/no\.onnx/))
  })

  it('refuses a folder of pictures with a hint, and takes one of tensors', async () => {
    const cwd = tempDir()
    mkdirSync(join(cwd, 'data'))
    const submit = submitted()
    expect(await run(['submit', '--recipe', 'ocr', '--input', 'data'], { cwd })).toMatchObject(wrong(/is a folder\. .*--input data\/\*/))
    expect(await run(['submit', '--recipe', 'tensor', '--input', 'data'], { cwd, handlers: { 'jobs.submit': submit } })).toMatchObject({ status: 0 })
  })

  it('tells what a job without an owner waits for, and opens the lab without running it', async () => {
    const handlers = { 'jobs.submit': submitted() }
    const args = ['submit', '--recipe', 'tensor', '--json']
    const alone = await run(args, { handlers })
    expect(alone.opened).toMatchObject([{ runJobs: false, serve: false }])
    expect(alone.stderr).toContain('tranche jobs job_1 --wait')
    expect(JSON.parse(alone.stdout)).toMatchObject({ id: 'job_1', state: 'queued', items: [{ input: '/pictures/receipt.png' }], timing: { queuedMs: 10, runMs: 2500 }, error: null })
    const served = await run(args, { handlers, owner: { pid: 1, kind: 'serve', self: false } })
    expect(served.stderr).toBe('')
  })
})

describe('waiting for a job', () => {
  const done = contractJob({
    state: 'failed',
    counts: { total: 2, done: 1, failed: 1 },
    items: [
      contractItem({ state: 'done', output: '/state/results/0.json' }),
      contractItem({ index: 1, input: '/pictures/bad.png', state: 'failed', error: { code: 'unreadable_input', message: 'It is no picture.', retryable: false } }),
    ],
    error: { code: 'inputs_failed', message: '1 of 2 inputs failed.', retryable: false },
  })
  const states = [contractJob({ items: [contractItem(), contractItem({ index: 1 })] }), done]
  const handlers = (): RunOptions['handlers'] => {
    const left = [...states]
    return {
      'jobs.submitSample': () => states[0],
      'jobs.get': () => left.shift() ?? done,
      'jobs.result': () => ({ lines: [{ text: 'TOTAL 38.05' }] }),
      'devices.list': () => [contractDevice()],
    }
  }

  it('shows the text for people, in order, and ends with the job\'s own status', async () => {
    const ran = await run(['sample'], { handlers: handlers() })
    expect(ran.status).toBe(1)
    expect(ran.stdout).toBe('/pictures/receipt.png\n  TOTAL 38.05\n/pictures/bad.png\n  failed: It is no picture.\n')
    expect(ran.stderr).toBe('0/1 picture, 3g.40gb on Virtual A100\njob_1 failed: 1 of 2 pictures, 1 failed in 2.5 s on 3g.40gb of Virtual A100\ntranche: 1 of 2 inputs failed.\n')
    expect(ran.opened).toMatchObject([{ runJobs: true, serve: true }])
  })

  it('gives the job with its results as JSON, alone on stdout', async () => {
    const ran = await run(['sample', '--json'], { handlers: handlers() })
    const answer = JSON.parse(ran.stdout)
    expect(answer).toMatchObject({
      id: 'job_1',
      state: 'failed',
      slice: { device: 'device_1', profile: '3g.40gb', start: 4, size: 4 },
      items: [{ input: '/pictures/receipt.png', output: '/state/results/0.json', result: { lines: [{ text: 'TOTAL 38.05' }] } }, { state: 'failed', error: { code: 'unreadable_input' } }],
      error: { code: 'inputs_failed' },
    })
    expect(answer.items[1]).not.toHaveProperty('result')
  })

  it('writes over its progress on a terminal, and clears it before anything else', async () => {
    const { stderr } = await run(['sample'], { handlers: handlers(), terminal: true })
    expect(stderr.startsWith('\r\u001B[K0/1 picture, 3g.40gb on Virtual A100\r\u001B[K')).toBe(true)
  })
})

describe('doctor', () => {
  it('fails with its checks', async () => {
    const checks = [{ name: 'database', ok: false, detail: 'damaged' }]
    const handlers: RunOptions['handlers'] = { 'doctor.run': () => ({ ok: false, checks }) }
    const json = await run(['doctor', '--json'], { handlers })
    expect(json.status).toBe(1)
    expect(JSON.parse(json.stdout)).toEqual({ ok: false, checks })
    expect(await run(['doctor'], { handlers })).toMatchObject({ status: 1, stdout: 'FAILED  database  damaged\n' })
  })

  it('answers even where the lab cannot be opened', async () => {
    const { status, stdout } = await run(['doctor', '--json', '--state', '/x'], { handlers: { 'doctor.run': () => {
      throw new TrancheError('state_newer', 'A newer version wrote it.')
    } } })
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toEqual({ ok: false, checks: [{ name: 'state folder', ok: false, detail: '/x cannot be opened (state_newer). A newer version wrote it.' }] })
  })
})

describe('pull', () => {
  const entry = (different: Partial<CatalogEntry>) => ({ id: 'silero-vad-v6', name: 'Silero VAD v6', sizeBytes: 2_300_000, state: 'ready', progress: 1, error: null, ...different }) as CatalogEntry

  it('shows how far it is, and ends when the model is here', async () => {
    const left = [entry({ state: 'pulling', progress: 0.42 }), entry({})]
    const ran = await run(['pull', 'silero-vad-v6'], { handlers: {
      'catalog.pull': () => entry({ state: 'pulling', progress: 0 }),
      'catalog.list': () => [left.shift() ?? entry({})],
    } })
    expect(ran).toMatchObject({ status: 0, stdout: 'Silero VAD v6 is ready, 2.3 MB.\n', stderr: 'Silero VAD v6: 42 % of 2.3 MB\n' })
    expect(ran.opened).toMatchObject([{ runJobs: false, serve: true }])
  })

  it('fails with the reason, whether the call or the model tells it', async () => {
    const error = { code: 'model_unavailable', message: 'No way to the registry.', retryable: true } as const
    const failed = entry({ state: 'failed', error })
    const told: RunOptions['handlers'] = { 'catalog.pull': () => failed, 'catalog.list': () => [failed] }
    const thrown: RunOptions['handlers'] = { 'catalog.list': () => [failed], 'catalog.pull': () => {
      throw TrancheError.fromShape(error)
    } }
    for (const handlers of [told, thrown])
      expect(await run(['pull', 'silero-vad-v6'], { handlers })).toMatchObject({ status: 1, stderr: 'tranche: No way to the registry.\n' })
  })
})

describe('lists', () => {
  it('are aligned for people, with what to do where they are empty', async () => {
    expect((await run(['jobs'], { handlers: { 'jobs.list': () => [] } })).stdout).toBe('No jobs. `tranche sample` runs a first one.\n')
    const { items: _items, outDir: _outDir, params: _params, ...job } = contractJob()
    const list = vi.fn((_input: unknown) => [job, { ...job, id: 'job_22', state: 'queued' as const, slice: null, title: 'a\u001B[2J.png' }])
    expect((await run(['jobs', '--only', 'queued', 'running'], { handlers: { 'jobs.list': list } })).stdout).toBe([
      'job_1   running  ocr  0/1  3g.40gb  2.5 s  receipt.png',
      'job_22  queued   ocr  0/1  -        2.5 s  a\uFFFD[2J.png',
      '',
    ].join('\n'))
    expect(list).toHaveBeenCalledWith({ states: ['queued', 'running'], limit: 1000 })
  })

  it('of events take as many calls as it needs', async () => {
    const rows = Array.from({ length: 7000 }, (_, i) => ({ seq: i + 1, atMs: 0, type: 'job.queued', subject: 'job_1', data: {} }))
    const handlers: RunOptions['handlers'] = { 'events.list': ({ after, limit }) => rows.slice(after, after + limit) }
    expect(JSON.parse((await run(['events', '--after', '3', '--json'], { handlers })).stdout)).toHaveLength(6997)
    expect((await run(['events', '--after', '6999'], { handlers })).stdout).toBe('  7000  1970-01-01T00:00:00.000Z  job.queued        job_1  {}\n')
  })
})
