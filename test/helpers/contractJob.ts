import type { Device, Item, Job } from '../../src-main/contract/model'

/** A running job of one picture, as the doors show it, with what a test wants different. */
export function contractJob(different: Partial<Job> = {}): Job {
  return {
    id: 'job_1',
    recipe: 'ocr',
    model: 'ppocr-v4',
    title: 'receipt.png',
    state: 'running',
    counts: { total: 1, done: 0, failed: 0 },
    request: { profile: null, device: null },
    slice: { id: 'slice_1', device: 'device_1', profile: '3g.40gb', start: 4, size: 4 },
    waiting: null,
    crashes: 0,
    timing: { submittedAtMs: 0, startedAtMs: 10, endedAtMs: null, queuedMs: 10, runMs: 2500 },
    error: null,
    items: [contractItem()],
    outDir: null,
    params: {},
    ...different,
  }
}

export function contractItem(different: Partial<Item> = {}): Item {
  return { index: 0, input: '/pictures/receipt.png', state: 'pending', output: null, error: null, ...different }
}

export function contractDevice(different: Partial<Device> = {}): Device {
  return {
    id: 'device_1',
    name: 'Virtual A100',
    kind: 'virtual-gpu',
    model: 'A100-80GB',
    mode: 'mig',
    memoryMiB: 81920,
    backing: 'Virtual: computed by 2 cores',
    slots: 8,
    computeSlices: 7,
    unusable: null,
    slices: [],
    ...different,
  }
}
