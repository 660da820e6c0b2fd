import type { RunRequest } from '../../src-main/runtime/protocol'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { covers, filesOf } from '../../src-main/runtime/workerFiles'

const models = join('/', 'state', 'blobs')
function request(more: Partial<RunRequest>): RunRequest {
  return {
    type: 'run',
    jobId: 'job_1',
    epoch: 1,
    recipe: 'tensor',
    files: { model: '/models/m.onnx' },
    params: {},
    batchSize: null,
    items: [],
    carry: null,
    resultsDir: '/state/jobs/job_1/results',
    backends: ['cpu'],
    memoryMiB: 1000,
    optimisedDir: '/state/optimised/abc',
    hold: false,
    serving: null,
    ...more,
  }
}

it('opens the folders of model, inputs and results, and all models of the catalog as one', () => {
  expect(filesOf(request({ files: { a: `${models}/sha256/12/12ab`, b: `${models}/sha256/34/34cd` }, items: [{ index: 0, path: '/data/a.png' }, { index: 1, path: '/data/b.png' }] }), models))
    .toEqual({ read: [models, '/data'], write: ['/state/jobs', '/state/optimised/abc'] })
})

it('never opens the whole file system for a file that lies in its root, nor the folder around the cases to verify', () => {
  expect(filesOf(request({ items: [{ index: 0, path: '/photo.png' }] }), models).read).toEqual(['/models', '/photo.png'])
  expect(filesOf(request({ recipe: 'verify', files: { model: '/cases' }, items: [{ index: 0, path: '/cases/a' }] }), models).read).toEqual(['/cases'])
})

it('lets a process go on with the next job only where it can reach all of it, and nothing that only looks alike', () => {
  const granted = filesOf(request({ items: [{ index: 0, path: '/data/a.png' }] }), models)
  expect(covers(granted, filesOf(request({ items: [{ index: 0, path: '/data/b.png' }] }), models))).toBe(true)
  expect(covers(granted, filesOf(request({ items: [{ index: 0, path: '/data/deep/b.png' }] }), models))).toBe(true)
  expect(covers(granted, filesOf(request({ items: [{ index: 0, path: '/data2/b.png' }] }), models))).toBe(false)
  expect(covers(granted, filesOf(request({ optimisedDir: '/state/optimised/abcd' }), models))).toBe(false)
})
