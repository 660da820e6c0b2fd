import type { Device, Item, Job, Lease, Slice } from '../../src-main/contract/model'

/** A running job of one picture, as the doors show it, with what a test wants different. */
export function contractJob(different: Partial<Job> = {}): Job {
  return {
    id: 'job_1',
    name: null,
    tenant: 'me',
    queue: 'normal',
    priorityClass: 'normal',
    priority: 0,
    labels: {},
    gang: null,
    tries: 1,
    preemptions: 0,
    recipe: 'ocr',
    model: 'ppocr-v4',
    title: 'receipt.png',
    state: 'running',
    counts: { total: 1, done: 0, failed: 0 },
    request: { profile: null, device: null, need: null },
    slice: { id: 'slice_1', device: 'device_1', profile: '3g.40gb', start: 4, size: 4 },
    waiting: null,
    crashes: 0,
    timing: { submittedAtMs: 0, startedAtMs: 10, endedAtMs: null, queuedMs: 10, runMs: 2500, asOfMs: 2510 },
    backends: ['cpu'],
    ran: null,
    moves: 0,
    lastPauseMs: null,
    moving: null,
    serving: null,
    error: null,
    items: [contractItem()],
    outDir: null,
    timeLimitMs: null,
    params: {},
    dependsOn: [],
    notBeforeMs: null,
    deadlineMs: null,
    maxRunMs: null,
    retries: null,
    ...different,
  }
}

export function contractItem(different: Partial<Item> = {}): Item {
  return { index: 0, input: '/pictures/receipt.png', state: 'pending', output: null, error: null, ...different }
}

export function contractDevice(different: Partial<Device> = {}): Device {
  const cuts = (different.slices ?? []).filter(({ parentId }) => parentId === null)
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
    availability: 'open',
    unusable: null,
    slices: [],
    label: null,
    settings: {},
    modes: ['passthrough', 'sriov', 'vgpu', 'mig', 'shared'],
    usableMiB: 80384,
    sm: 108,
    stranded: { sm: 108 - cuts.reduce((sum, { sm }) => sum + (sm ?? 0), 0), memoryMiB: (different.usableMiB ?? 80384) - cuts.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0) },
    canUndo: false,
    unfinishedChange: null,
    ...different,
  }
}

/** A free 1g.10gb at the start of the axis. */
export function contractSlice(different: Partial<Slice> = {}): Slice {
  return { id: `slice_${different.start ?? 0}`, parentId: null, profile: '1g.10gb', start: 0, size: 1, memoryMiB: 9856, computeShare: 1 / 7, sm: 14, lease: null, ...different }
}

export function contractLease(different: Partial<Lease> = {}): Lease {
  return { id: 'lease_1', holder: 'job_1', holderKind: 'job', epoch: 1, grantedAtMs: 0, expiresAtMs: null, idleAfterMs: null, usedAtMs: 0, ...different }
}
