import type { JobRow } from '../../src-main/store/jobs'

/** A queued job of one input, submitted at time 0, with what a test wants different. */
export function jobRow(different: Partial<JobRow> = {}): JobRow {
  return {
    id: 'job_1',
    recipe: 'ocr',
    model: 'ppocr-v4',
    params: {},
    profile: null,
    deviceId: null,
    need: null,
    leastMiB: null,
    backends: ['cpu'],
    timeLimitMs: null,
    serving: null,
    outDir: null,
    state: 'queued',
    error: null,
    lastSlice: null,
    ran: null,
    moves: 0,
    lastPauseMs: null,
    crashes: 0,
    crashesSinceResult: 0,
    killsSinceResult: 0,
    submittedAtMs: 0,
    startedAtMs: null,
    endedAtMs: null,
    turnSinceMs: 0,
    queuedMs: 0,
    runMs: 0,
    itemCount: 1,
    doneCount: 0,
    failedCount: 0,
    firstInput: '/pictures/receipt.png',
    ...different,
  }
}

export const someSlice = { id: 'slice_1', device: 'device_1', profile: '3g.40gb', start: 4, size: 4 }
