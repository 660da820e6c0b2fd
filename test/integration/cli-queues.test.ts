import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { cli, cliJson } from '../helpers/cliProcess'
import { addModel } from '../helpers/onnx'
import { serve, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

let folder: string
let state: string
let model: string

beforeEach(() => {
  folder = tempDir()
  state = join(folder, 'state')
  model = join(folder, 'add.onnx')
  writeFileSync(model, addModel())
})

/** Text of a verb for a person; fails where it failed. */
async function said(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await cli(...args, '--state', state)
  expect(status, stderr).toBe(0)
  return stdout
}

async function asked<Answer>(...args: string[]): Promise<Answer> {
  const { status, answer, stderr } = await cliJson(...args, '--state', state)
  expect(status, stderr).toBe(0)
  return answer
}

async function refused(...args: string[]): Promise<string> {
  const { status, stderr } = await cli(...args, '--state', state)
  expect(status).not.toBe(0)
  return stderr
}

interface Id { readonly id: string }
const submit = (...more: string[]) => asked<Id>('submit', '--recipe', 'tensor', '--model', model, '--device', 'class-room', ...more)

/** A running lab with one slice, which a served model has. */
async function busyLab() {
  const lab = await serve(state)
  await lab.client.call('lab.add', { model: 'A100-80GB', mode: 'mig', layout: [{ profile: '1g.10gb' }], label: 'class-room' })
  const { id } = await submit('--serve')
  await until('it serves', async () => (await lab.client.call('jobs.get', { id })).state === 'running')
  return { lab, holder: id }
}

describe('the queue from the command line', () => {
  it('says why a job waits, who is in its way, and how it stands afterwards', async () => {
    const { lab, holder } = await busyLab()
    expect(await said('why', holder)).toMatch(/^running: it answers requests on 1g\.10gb of /)
    const { id } = await submit('--synthetic', '1')
    expect(await asked('why', id)).toMatchObject({ job: id, state: 'queued', reason: 'slice', heldBy: [{ holder }], wouldStartIf: expect.any(String), estimatedStartMs: null, place: 1 })
    const words = await said('why', id)
    expect(words).toMatch(/^queued: it waits for .*held by /)
    expect(words).toContain(`held by ${holder}`)
    expect(words).toContain('It would start if ')
    expect(words).toContain('It is number 1 of those that wait.')
    expect(await said('top')).toContain(id)
    expect(await said('timeline')).toContain('1g.10gb')
    await said('cancel', holder)
    await until('it is done', async () => (await lab.client.call('jobs.get', { id })).state === 'done')
    const after = await said('why', id)
    expect(after).toMatch(/^done: it is done on 1g\.10gb of .*, through with 1 of 1 input\n/)
    expect(after).not.toContain('waits for')
    expect(after).toContain('started: ')
    expect(await refused('why', 'job_nobody')).toContain('There is no job job_nobody')
  })

  it('holds, releases, reorders and does the same to many', async () => {
    const { holder } = await busyLab()
    const first = await submit('--synthetic', '1', '--job-label', 'course=ml')
    const second = await submit('--synthetic', '1', '--job-label', 'course=ml')
    expect(await said('hold', first.id)).toContain('held')
    expect(await said('why', first.id)).toMatch(/^suspended: it waits for someone to release it: it is held\nIt would start if it is put back into its line \(`tranche release job_/)
    expect(await said('release', first.id)).toContain('queued')
    await said('reorder', second.id, '--before', first.id)
    expect(await asked('why', second.id)).toMatchObject({ place: 1 })
    expect(await asked('why', first.id)).toMatchObject({ place: 2 })
    expect(await refused('reorder', second.id, '--before', holder)).toContain(holder)
    expect(await said('bulk', 'priority', '--job-labels', 'course=ml', '--priority', '7')).toContain('2 jobs done.')
    expect(await said('bulk', 'cancel', '--job-labels', 'course=ml')).toContain('2 jobs done.')
    expect(await refused('bulk', 'cancel')).toContain('--all')
    expect(await refused('bulk', 'cancel', first.id, '--all')).toContain('not both')
  })

  it('keeps tenants within their terms, and queues open or closed', async () => {
    const lab = await serve(state)
    await lab.client.call('lab.add', { model: 'A100-80GB', mode: 'mig', layout: [{ profile: '1g.10gb' }], label: 'class-room' })
    await said('tenant', 'add', 'physics', '--weight', '2', '--guaranteed', '0.1', '--jobs', '1')
    await said('tenant', 'add', 'ann', '--parent', 'physics')
    expect(await said('tenant', 'ls')).toMatch(/^ {2}physics .*\n {4}ann /m)
    expect(await refused('tenant', 'set', 'physics/ann', '--guaranteed', '2')).toContain('physics')
    await submit('--synthetic', '1', '--tenant', 'physics/ann', '--hold')
    expect(await refused('submit', '--recipe', 'tensor', '--model', model, '--synthetic', '1', '--tenant', 'physics')).toContain('physics')
    expect(await refused('tenant', 'rm', 'physics')).toContain('below physics')
    await said('queue', 'add', 'night', '--class', 'scavenger')
    await said('queue', 'set', 'night', '--queue-state', 'closed')
    expect(await refused('submit', '--recipe', 'tensor', '--model', model, '--synthetic', '1', '--queue', 'night')).toContain('night')
    expect(await said('queue', 'ls')).toContain('closed')
    await said('queue', 'set', 'night', '--tenants', 'physics', '--max-run', '1h')
    expect(await asked('queue', 'set', 'night', '--tenants', 'any', '--max-run', 'any')).toMatchObject({ terms: { tenants: null, defaultMaxRunMs: null } })
    expect(await asked('tenant', 'set', 'physics', '--jobs', 'any')).toMatchObject({ terms: { cap: {} } })
    await said('queue', 'rm', 'night')
    expect(await said('scheduler', '--aging', '2h')).toMatch(/^aging +2 h/m)
    expect(await said('scheduler', '--aging', 'never', '--keep-jobs', 'never')).toMatch(/^aging +never\n(?:.*\n)*keep jobs +never$/m)
    expect(await refused('scheduler', '--reservations', '0')).not.toBe('')
  })

  it('takes many jobs from a file or none, and one like another from a template', async () => {
    await serve(state)
    const lines = join(folder, 'jobs.jsonl')
    const one = { recipe: 'tensor', model, inputs: [], synthetic: 1, hold: true }
    writeFileSync(lines, `${JSON.stringify(one)}\n${JSON.stringify({ ...one, name: 'second' })}\n`)
    const { ids } = await asked<{ readonly ids: readonly string[] }>('submit', '--from', lines)
    expect(ids).toHaveLength(2)
    writeFileSync(lines, `${JSON.stringify(one)}\n${JSON.stringify({ ...one, tenant: 'nobody' })}\n`)
    expect(await refused('submit', '--from', lines)).toContain('Number 2')
    expect(await asked('jobs')).toHaveLength(2)
    await said('template', 'save', 'adding', ids[1])
    expect(await said('template', 'ls')).toContain('adding')
    expect(await asked('submit', '--template', 'adding', '--synthetic', '1')).toMatchObject({ recipe: 'tensor', name: 'second' })
    await said('template', 'rm', 'adding')
    expect(await refused('template', 'show', 'adding')).toContain('There is no template adding')
  })

  it('takes devices out of use, and keeps them for a class', async () => {
    const lab = await serve(state)
    await lab.client.call('lab.add', { model: 'A100-80GB', mode: 'mig', layout: [{ profile: '1g.10gb' }], label: 'class-room' })
    expect(await said('cordon', 'class-room', '--reason', 'new fans')).toContain('cordoned')
    const { id } = await submit('--synthetic', '1')
    expect(await asked('why', id)).toMatchObject({ reason: 'device', wouldStartIf: expect.stringContaining('uncordon') })
    await said('tenant', 'add', 'students')
    const window = await asked<Id>('window', 'add', 'lesson', '--device', 'class-room', '--from', 'now', '--to', '+1h', '--tenants', 'students')
    expect(await said('window', 'ls')).toContain('lesson')
    await said('uncordon', 'class-room')
    expect(await asked('why', id)).toMatchObject({ reason: 'window', waitsFor: expect.stringContaining('lesson') })
    await said('window', 'rm', window.id)
    await until('it is done', async () => (await lab.client.call('jobs.get', { id })).state === 'done')
    expect(await refused('window', 'add', 'never', '--device', 'class-room', '--from', '+2h', '--to', '+1h')).not.toBe('')
  })
})
