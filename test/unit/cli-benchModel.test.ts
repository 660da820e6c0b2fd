import type { ErrorShape } from '../../src-main/contract/errors'
import type { Job, JobSummary, Profile } from '../../src-main/contract/model'
import type { BenchReport } from '../../src-main/doors/cli/benchModel/report'
import type { RunOptions } from '../helpers/runCli'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, vi } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { contractDevice, contractItem, contractJob, contractSlice } from '../helpers/contractJob'
import { run } from '../helpers/runCli'
import { tempDir } from '../helpers/tempDir'

function profile(name: string, computeShare: number, maxInstances: number): Profile {
  return { name, id: null, computeSlices: 1, starts: [0], size: 1, maxInstances, memoryMiB: 9856, memoryGiB: 9.6, memoryIsEstimate: false, computeShare, sm: null, engines: null, note: null }
}

/**
 * A lab in which a job of made-up tensors is done when it is looked at next, a run of each input taking a millisecond, and
 * neighbours (jobs of 2000 inputs) go on until they are cancelled. `fail` says which jobs fail, and of what.
 */
function labThatRuns(fail: (job: Job) => ErrorShape | null = () => null) {
  const jobs = new Map<string, Job>()
  const devices = new Map<string, readonly unknown[]>()
  const calls: string[] = []
  const handlers: RunOptions['handlers'] = {
    'profiles.list': ({ model, mode }) => {
      if (model !== 'A100-80GB')
        throw new TrancheError('not_found', `There is no GPU model ${model}.`)
      return { model, name: model, mode: mode ?? 'mig', vgpuMode: null, slots: 8, computeSlices: 7, sm: 108, usableMiB: 80_384, confidence: '', sources: [], profiles: [profile('1g.10gb', 1 / 7, 7), profile('3g.40gb', 3 / 7, 2)] }
    },
    'lab.add': ({ layout = [], label }) => {
      const id = `device_${devices.size + 1}`
      devices.set(id, layout)
      calls.push(`add ${layout.length}`)
      return [contractDevice({ id, label: label ?? null, slices: layout.map((_, i) => contractSlice({ start: i })) })]
    },
    'lab.remove': ({ id }) => {
      if ([...jobs.values()].some(({ request, state }) => request.device === id && state === 'running'))
        throw new TrancheError('in_use', 'It is held.')
      devices.delete(id)
      calls.push('remove')
      return { id }
    },
    'devices.list': () => [],
    'devices.use': () => [{
      sliceId: 'slice_1',
      cores: 1,
      threads: 2,
      memoryMiB: 100,
      usedMiB: 50,
      pid: 1,
      state: 'running',
      enforcement: { compute: { means: 'quota', share: 1 / 7, timeSliceMs: null, detail: 'A cgroup limits it.' }, memory: { means: 'watched', limitMiB: 9856, detail: '' } },
      job: null,
    }],
    'jobs.submit': ({ synthetic = 0, device = '', profile = null, params = {} }) => {
      const id = `job_${jobs.size + 1}`
      const job = contractJob({ id, recipe: 'tensor', request: { profile: profile ?? null, device, need: null }, params, counts: { total: synthetic, done: 0, failed: 0 }, items: [] })
      jobs.set(id, job)
      calls.push(`submit ${synthetic}`)
      return job
    },
    'jobs.list': ({ states }) => [...jobs.values()].map((job) => {
      if (job.state === 'running') {
        const error = fail(job)
        const neighbour = job.counts.total === 2000
        const done = neighbour ? 5 : job.counts.total
        jobs.set(job.id, { ...job, state: error ? 'failed' : neighbour ? 'running' : 'done', error, counts: { ...job.counts, done: error ? 0 : done } })
      }
      return jobs.get(job.id) as JobSummary
    }).filter(({ state }) => states === undefined || states.includes(state)),
    'jobs.get': ({ id }) => {
      const job = jobs.get(id) ?? contractJob()
      return { ...job, items: Array.from({ length: job.counts.total }, (_, index) => contractItem({ index, input: null, state: 'done' })) }
    },
    'jobs.result': ({ id, index }) => {
      const batch = Number(jobs.get(id)?.params.batch ?? 1)
      return { runMs: batch + Math.floor(index / batch) / 1000, ...batch > 1 && { batch } }
    },
    'jobs.cancel': ({ id }) => {
      const job = { ...jobs.get(id) ?? contractJob(), state: 'cancelled' as const }
      jobs.set(id, job)
      return job
    },
  }
  return { handlers, devices, jobs, calls }
}

const small = ['bench-model', 'silero', '--profiles', '1g.10gb', '--batches', '1,4', '--neighbours', '0,2', '--runs', '10']

describe('bench-model', () => {
  it('measures each batch beside each number of neighbours, and leaves nothing behind', async () => {
    const { handlers, devices, jobs, calls } = labThatRuns()
    const { status, stdout, opened } = await run([...small, '--dim', 'length=16', '--json'], { handlers })
    expect(status).toBe(0)
    expect(opened).toMatchObject([{ runJobs: true, serve: true }])
    const { rows, ...report } = JSON.parse(stdout) as BenchReport
    expect(report).toMatchObject({ model: 'silero', gpu: 'A100-80GB', mode: 'mig', backing: 'Virtual: computed by 2 cores', dims: { length: 16 }, warmUps: 3, runs: 10, stopped: false })
    expect(rows.map(({ batch, neighbours, ok }) => [batch, neighbours, ok])).toEqual([[1, 0, true], [4, 0, true], [1, 2, true], [4, 2, true]])
    expect(rows[1]).toMatchObject({ profile: '1g.10gb', runs: 10, together: 4, latencyMs: { min: 4.003, max: 4.012 }, means: { brief: 'quota, 14 %' } })
    expect(calls).toEqual(['add 1', 'submit 13', 'submit 52', 'remove', 'add 3', 'submit 2000', 'submit 2000', 'submit 13', 'submit 2000', 'submit 2000', 'submit 52', 'remove'])
    expect(devices.size).toBe(0)
    expect([...jobs.values()].every(({ state }) => state === 'done' || state === 'cancelled')).toBe(true)
    expect(jobs.get('job_1')).toMatchObject({ request: { profile: '1g.10gb', device: 'device_1' }, params: { batch: 1, dims: { length: 16 } } })
  })

  it('prints a table for people, and writes it and a picture where it is told', async () => {
    const cwd = tempDir()
    const args = ['bench-model', 'silero', '--profiles', '1g.10gb,3g.40gb', '--batches', '1', '--neighbours', '0', '--runs', '5', '--out', 'a.svg', 'b.md', 'c.json']
    const ran = await run(args, { cwd, handlers: labThatRuns().handlers })
    expect(ran.status).toBe(0)
    expect(ran.stdout).toMatch(/^silero on A100-80GB in mode mig, a virtual GPU\. Virtual: computed by 2 cores\nprofile .*\n1g\.10gb .*quota, 14 %\n3g\.40gb .*\nThe GPU is virtual/)
    expect(ran.stderr).toContain(`Wrote ${join(cwd, 'a.svg')}`)
    expect(readFileSync(join(cwd, 'a.svg'), 'utf8')).toMatch(/^<svg /)
    expect(readFileSync(join(cwd, 'b.md'), 'utf8')).toContain('| 1g.10gb |')
    expect(JSON.parse(readFileSync(join(cwd, 'c.json'), 'utf8'))).toMatchObject({ rows: [{ ok: true }, { ok: true }] })
    const again = labThatRuns()
    expect(await run(args, { cwd, handlers: again.handlers })).toMatchObject({ status: 1, stderr: expect.stringContaining('nothing was measured') })
    expect(again.calls).toEqual([])
    expect(await run([...args, '--force'], { cwd, handlers: again.handlers })).toMatchObject({ status: 0 })
  })

  it('goes on with the other profiles where one is too small, and says so in its row', async () => {
    const small: ErrorShape = { code: 'out_of_memory', message: 'It needs 12 GiB.', retryable: false }
    const { handlers, devices } = labThatRuns(({ request }) => request.profile === '1g.10gb' ? small : null)
    const { status, stdout } = await run(['bench-model', 'silero', '--batches', '1', '--neighbours', '0,1', '--json'], { handlers })
    expect(status).toBe(0)
    expect((JSON.parse(stdout) as BenchReport).rows.map(row => row.ok || row.why)).toEqual(['too small: It needs 12 GiB.', 'too small: It needs 12 GiB.', true, true])
    expect(devices.size).toBe(0)
    const none = labThatRuns(() => small)
    expect(await run(['bench-model', 'silero', '--batches', '1', '--neighbours', '0'], { handlers: none.handlers })).toMatchObject({ status: 1, stdout: expect.stringContaining('too small') })
  })

  it('ends at once, with nothing left behind, where the model is no good anywhere', async () => {
    const { handlers, devices, calls } = labThatRuns(() => ({ code: 'bad_model', message: 'It is not ONNX.', retryable: false }))
    expect(await run([...small], { handlers })).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('tranche: It is not ONNX.\n') })
    expect(calls.filter(call => call.startsWith('submit'))).toHaveLength(1)
    expect(devices.size).toBe(0)
  })

  it('ends with what it has on Ctrl-C, and removes the GPU', async () => {
    const { handlers, devices, jobs } = labThatRuns()
    const submit = vi.fn(handlers['jobs.submit'])
    const ran = run([...small, '--json'], { handlers: { ...handlers, 'jobs.submit': (input) => {
      if (submit.mock.calls.length === 1)
        process.emit('SIGINT')
      return submit(input) as Job
    } } })
    const { status, stdout } = await ran
    expect(status).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ stopped: true, rows: [{ batch: 1, neighbours: 0, ok: true }] })
    expect(devices.size).toBe(0)
    expect([...jobs.values()].every(({ state }) => state === 'done' || state === 'cancelled')).toBe(true)
  })

  it('tells where the GPU could not be removed', async () => {
    const { handlers } = labThatRuns()
    const refuse = () => {
      throw new TrancheError('state_damaged', 'The database is damaged.')
    }
    const { stderr } = await run(['bench-model', 'silero', '--profiles', '3g.40gb', '--batches', '1', '--neighbours', '0', '--runs', '3'], { handlers: { ...handlers, 'lab.remove': refuse } })
    expect(stderr).toContain('The database is damaged. `tranche lab rm device_1` removes it.')
  })

  it.each([
    ['a GPU that is not known', ['--gpu', 'A1000'], 2, /no GPU model A1000/],
    ['a profile that the GPU has not', ['--profiles', '9g.90gb'], 2, /no profile 9g\.90gb here\. There are 1g\.10gb, 3g\.40gb/],
    ['a mode without profiles', ['--mode', 'shared'], 2, /Allowed choices are mig, vgpu, passthrough/],
    ['a policy of MIG', ['--policy', 'fixed-share'], 2, /--policy is about vGPUs/],
    ['a batch that is none', ['--batches', '1,x'], 2, /whole number from 1/],
    ['a batch that is too large', ['--batches', '2048'], 2, /from 1 to 1024/],
    ['neighbours that are none', ['--neighbours', 'some'], 2, /from 0, or "max"/],
    ['no time', ['--seconds', '0'], 2, /up to 3600 seconds/],
    ['more than a job takes', ['--runs', '10000'], 2, /a job takes 100000/],
    ['a picture of no known format', ['--out', 'a.png'], 2, /\.svg for a picture/],
    ['a file that is there', ['--out', 'there.svg'], 1, /there already; nothing was measured/],
  ])('refuses %s before anything is added', async (_what, args, status, message) => {
    const cwd = tempDir()
    writeFileSync(join(cwd, 'there.svg'), '')
    const { handlers, calls } = labThatRuns()
    expect(await run(['bench-model', 'silero', ...args], { cwd, handlers })).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(message) })
    expect(calls).toEqual([])
  })
})
