import type { Device, JobSummary } from '../../src-main/contract/model'
import type { BenchReport } from '../../src-main/doors/cli/benchModel/report'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { cliJson, startCli } from '../helpers/cliProcess'
import { identityModel, loopModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

let folder: string
let state: string

beforeEach(() => {
  folder = tempDir()
  state = join(folder, 'state')
})

function modelFile(bytes: Uint8Array): string {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, bytes)
  return path
}

/** What a run must not leave behind: its virtual GPUs, and jobs that go on. */
async function leftBehind() {
  const devices = (await cliJson('devices', '--state', state)).answer as Device[]
  const jobs = (await cliJson('jobs', '--state', state)).answer as JobSummary[]
  return { devices: devices.filter(({ label }) => label === 'bench-model'), jobs: jobs.filter(({ state }) => state === 'running' || state === 'queued') }
}

describe('bench-model', () => {
  it('measures a model over batch sizes and neighbours, draws it, and leaves nothing behind', async () => {
    const picture = join(folder, 'model.svg')
    const model = modelFile(identityModel(1, ['n', 64]))
    const { status, answer, stderr } = await cliJson('bench-model', model, '--profiles', '1g.10gb', '--batches', '1,4', '--neighbours', '0,1', '--runs', '8', '--seconds', '2', '--out', picture, '--state', state)
    expect(status, stderr).toBe(0)
    const { rows, backing } = answer as BenchReport
    expect(backing).toMatch(/^Virtual: computed by /)
    expect(rows.map(({ batch, neighbours, ok }) => [batch, neighbours, ok])).toEqual([[1, 0, true], [4, 0, true], [1, 1, true], [4, 1, true]])
    for (const row of rows) {
      expect(row).toMatchObject({ profile: '1g.10gb', together: row.batch, means: { brief: expect.any(String) } })
      expect(row.ok && row.runs >= 3 && row.latencyMs.median > 0 && row.latencyMs.p99 >= row.latencyMs.p5).toBe(true)
    }
    expect(readFileSync(picture, 'utf8').match(/class="whisker"/g)).toHaveLength(2 * rows.length)
    expect(await leftBehind()).toEqual({ devices: [], jobs: [] })
  })

  it('says in its row that a profile is too small, and goes on', async () => {
    const model = modelFile(identityModel(1, [1, 1_048_576, 4096]))
    const { status, answer, stderr } = await cliJson('bench-model', model, '--profiles', '1g.10gb', '--batches', '1,2', '--neighbours', '0', '--state', state)
    expect(status, stderr).toBe(1)
    expect((answer as BenchReport).rows).toMatchObject([{ ok: false, why: expect.stringMatching(/^too small: /) }, { ok: false, why: expect.stringMatching(/^too small: /) }])
    expect(await leftBehind()).toEqual({ devices: [], jobs: [] })
  })

  it('removes its GPU when it is interrupted', async () => {
    // Some milliseconds a run, so that it is under way for minutes.
    const model = modelFile(loopModel(20_000n))
    const bench = startCli(['bench-model', model, '--profiles', '1g.10gb', '--batches', '1', '--neighbours', '1', '--runs', '20000', '--seconds', '300', '--state', state])
    await bench.said(/1\/1 {2}1g\.10gb, batch 1, 1 neighbour: \d+ runs/)
    bench.child.kill('SIGINT')
    expect((await bench.ended).status).toBe(130)
    expect(await leftBehind()).toEqual({ devices: [], jobs: [] })
  })

  it('names what is there where a GPU, a profile or a model is not', async () => {
    const refused = async (...args: string[]) => {
      const { status, stderr } = await cliJson('bench-model', ...args, '--state', state)
      expect(status).toBe(2)
      return stderr
    }
    expect(await refused('silero-vad-v5', '--gpu', 'A1000')).toContain('A100-80GB')
    expect(await refused('silero-vad-v5', '--profiles', '9g.90gb')).toContain('1g.10gb')
    expect(await refused(join(folder, 'no.onnx'))).toContain('no model file')
    expect(await refused('no-such-model', '--profiles', '1g.10gb', '--neighbours', '0', '--batches', '1')).toContain('no-such-model')
    expect(await leftBehind()).toEqual({ devices: [], jobs: [] })
  })
})
