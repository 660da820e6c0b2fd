import { Buffer } from 'node:buffer'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { cli, cliJson } from '../helpers/cliProcess'
import { addModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

const samples = resolve('resources/samples')
const picture = join(samples, 'rack-label.png')
const speech = join(samples, 'speech.wav')

let folder: string
let state: string

beforeEach(() => {
  folder = tempDir()
  state = join(folder, 'state')
})

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** A WAV file of silence: 16-bit PCM. */
function wav(channels: number, sampleRate: number, frames: number): Uint8Array {
  const data = Buffer.alloc(frames * channels * 2)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * channels * 2, 28)
  header.writeUInt16LE(channels * 2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(data.length, 40)
  return Buffer.concat([header, data])
}

describe('a job from the command line', () => {
  it('reads a picture for a person: its text on stdout, all else on stderr', async () => {
    const ran = await cli('submit', '--recipe', 'ocr', '--input', picture, '--wait', '--state', state)
    expect(ran.status).toBe(0)
    expect(ran.stdout).toContain('RACK B-12\n')
    expect(ran.stdout).not.toContain('job_')
    expect(ran.stderr).toMatch(/job_\S+ done: 1 picture in /)
  })

  it('gives its results inline as JSON, and in files', async () => {
    const out = join(folder, 'results')
    const { status, answer, stderr } = await cliJson('submit', '--recipe', 'vad', '--input', speech, '--slice', '1g.10gb', '--out', out, '--wait', '--state', state)
    expect(status, stderr).toBe(0)
    expect(answer).toMatchObject({
      state: 'done',
      slice: { profile: '1g.10gb', size: 1 },
      items: [{ input: speech, state: 'done', result: { segments: [{ startMs: expect.any(Number) }, {}, {}] } }],
      error: null,
    })
    const [{ output, result }] = (answer as { items: { output: string, result: unknown }[] }).items
    expect(JSON.parse(readFileSync(output, 'utf8'))).toEqual(result)
    expect(readdirSync(out)).not.toEqual([])
  })

  it('runs a model of one\'s own on made-up tensors', async () => {
    const model = file('add.onnx', addModel())
    const { status, answer } = await cliJson('submit', '--recipe', 'tensor', '--model', model, '--synthetic', '3', '--param', 'seed=7', '--wait', '--state', state)
    expect(status).toBe(0)
    expect(answer).toMatchObject({ counts: { total: 3, done: 3 }, params: { seed: 7 }, items: [{ input: null, result: { outputs: [{ name: 'y', shape: [4] }] } }, {}, {}] })
  })

  it('has its results written as files later on, and says how where they lie in the lab', async () => {
    const model = file('later.onnx', addModel())
    const { answer } = await cliJson('submit', '--recipe', 'tensor', '--model', model, '--synthetic', '2', '--wait', '--state', state)
    const { id } = answer as { id: string }
    const shown = await cli('jobs', id, '--state', state)
    expect(shown.stdout).toContain(`tranche results ${id} --out DIR`)
    const out = join(folder, 'later')
    expect((await cliJson('results', id, '--out', out, '--state', state)).answer).toEqual({ id, outDir: out, results: 2 })
    expect(readdirSync(out).sort()).toEqual(['input-0', 'input-1'])
    expect(readdirSync(join(out, 'input-0')).sort()).toEqual(['result.json', 'y.npy'])
    expect(await cli('results', id, '--out', model, '--state', state)).toMatchObject({ status: 2, stderr: expect.stringContaining('is a file') as string })
  })

  it('is there after it was queued, and runs when someone waits for it', async () => {
    const { answer, stderr } = await cliJson('submit', '--recipe', 'vad', '--input', speech, '--state', state)
    const { id } = answer as { id: string }
    expect(stderr).toContain(`tranche jobs ${id} --wait`)
    expect((await cliJson('jobs', '--state', state)).answer).toMatchObject([{ id, state: 'queued' }])
    const waited = await cli('jobs', id, '--wait', '--state', state)
    expect(waited).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0:00\.\d{3} - 0:0\d\.\d{3}\n/) })
    expect((await cliJson('jobs', id, '--state', state)).answer).toMatchObject({ state: 'done' })
    const events = (await cliJson('events', '--state', state)).answer as { seq: number, type: string, subject: string }[]
    expect(events.filter(({ subject }) => subject === id).length).toBeGreaterThan(1)
    expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).sort((a, b) => a - b))
  })

  it('can be cancelled before it runs, and retried', async () => {
    const { answer } = await cliJson('submit', '--recipe', 'vad', '--input', speech, '--state', state)
    const { id } = answer as { id: string }
    expect(await cli('cancel', id, '--state', state)).toMatchObject({ status: 0, stdout: `${id}  cancelled\n` })
    expect(await cli('jobs', id, '--wait', '--state', state)).toMatchObject({ status: 1 })
    expect(await cliJson('retry', id, '--wait', '--state', state)).toMatchObject({ status: 0, answer: { state: 'done' } })
  })
})

describe('bad inputs', () => {
  it('fail alone among pictures', async () => {
    const inputs = [
      file('text.png', 'This is no picture.'),
      picture,
      file('truncated.png', readFileSync(picture).subarray(0, 8000)),
      file('empty.png', ''),
    ]
    const { status, answer, stderr } = await cliJson('submit', '--recipe', 'ocr', '--input', ...inputs, '--wait', '--state', state)
    expect(status).toBe(1)
    expect(stderr).toContain('3 of 4 inputs failed')
    expect(answer).toMatchObject({
      state: 'failed',
      counts: { total: 4, done: 1, failed: 3 },
      error: { code: 'inputs_failed' },
      items: [
        { state: 'failed', error: { code: 'unreadable_input' } },
        { state: 'done', result: { lines: expect.arrayContaining([expect.objectContaining({ text: 'RACK B-12' })]) } },
        { state: 'failed', error: { code: 'unreadable_input' } },
        { state: 'failed', error: { code: 'unreadable_input' } },
      ],
    })
  })

  it('fail alone among recordings, and say how to mend them', async () => {
    const inputs = [file('stereo.wav', wav(2, 8000, 8000)), file('empty.wav', ''), file('no-samples.wav', wav(1, 16000, 0)), speech]
    const { status, answer } = await cliJson('submit', '--recipe', 'vad', '--input', ...inputs, '--wait', '--state', state)
    expect(status).toBe(1)
    expect(answer).toMatchObject({
      items: [
        { state: 'failed', error: { message: expect.stringMatching(/2 channels at 8000 Hz.*ffmpeg/) } },
        { state: 'failed', error: { message: expect.stringContaining('is empty') } },
        { state: 'failed' },
        { state: 'done' },
      ],
    })
  })

  it('of a model fail its job and no other', async () => {
    const bad = file('bad.onnx', 'This is no model.')
    const failed = await cliJson('submit', '--recipe', 'tensor', '--model', bad, '--synthetic', '2', '--wait', '--state', state)
    expect(failed).toMatchObject({ status: 1, answer: { state: 'failed', error: { code: 'bad_model' } }, stderr: expect.stringContaining('is not an ONNX model') })
    expect(await cliJson('sample', '--sample', 'vad', '--state', state)).toMatchObject({ status: 0, answer: { state: 'done' } })
    expect(await cli('doctor', '--state', state)).toMatchObject({ status: 0 })
  })

  it.each([
    ['a file that is not there', ['--recipe', 'ocr', '--input', '/no/such/picture.png'], /There is no file \/no\/such\/picture\.png/],
    ['a slice that no device has', ['--recipe', 'vad', '--input', speech, '--slice', '9g.99gb'], /There is no slice 9g\.99gb/],
    ['a device that is not there', ['--recipe', 'vad', '--input', speech, '--device', 'device_x'], /There is no device device_x/],
    ['a model that is not there', ['--recipe', 'tensor', '--model', 'nothing'], /There is no model nothing/],
    ['a folder of pictures', ['--recipe', 'ocr', '--input', samples], /is a folder\. Name the pictures in it/],
  ])('%s is wrong use, and queues nothing', async (_what, args, message) => {
    const ran = await cliJson('submit', ...args, '--wait', '--state', state)
    expect(ran).toMatchObject({ status: 2, answer: { error: { message: expect.stringMatching(message) } }, stderr: expect.stringMatching(message) })
    expect((await cliJson('jobs', '--state', state)).answer).toEqual([])
  })
})

describe('a bad state folder', () => {
  it('is told in a line where it is a file', async () => {
    const path = file('state-file', '')
    for (const place of [path, join(path, 'below')])
      expect(await cliJson('devices', '--state', place)).toMatchObject({ status: 2, answer: { error: { code: 'invalid_input' } }, stderr: expect.stringMatching(/^tranche: .* is a file.*--state\.\n$/) })
  })

  it('is told in a line where its database is damaged, and doctor says so', async () => {
    await cli('devices', '--state', state)
    copyFileSync(picture, join(state, 'tranche.db'))
    for (const extra of ['tranche.db-wal', 'tranche.db-shm'].map(name => join(state, name)).filter(existsSync))
      writeFileSync(extra, '')
    expect(await cliJson('devices', '--state', state)).toMatchObject({ status: 1, answer: { error: { code: 'state_damaged' } } })
    expect(await cliJson('doctor', '--state', state)).toMatchObject({ status: 1, answer: { ok: false, checks: [{ ok: false, detail: expect.stringContaining('state_damaged') }] } })
  })
})
