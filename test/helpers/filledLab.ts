import type { JobRow } from '../../src-main/store/jobs'
import type { StatePaths } from '../../src-main/store/stateDir'
import type { Store } from '../../src-main/store/store'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { openStore } from '../../src-main/store/store'
import { jobRow } from './jobRow'

/** What a job of the tests has; its inputs are done as far as `done` says. */
export interface JobWish extends Partial<JobRow> {
  readonly id: string
  readonly items?: number
  readonly done?: number
}

/** The fields of a job that have to do with its place in line. */
const inLine = { name: null, tenantId: 'tenant_me', queueId: 'queue_normal', priority: 0, place: 0, labels: {}, gang: null, tries: 1, preemptions: 0, notBeforeMs: null, deadlineMs: null, maxRunMs: null, retries: null }

/** A state folder as a lab fills it: a cut virtual GPU and the host's CPU. */
export function filledLab(stateDir: string): { readonly paths: StatePaths, readonly store: Store, readonly addJob: (wish: JobWish) => void } {
  const paths = prepareStateDir(stateDir)
  const store = openStore(paths)
  const device = { model: 'A100-80GB', mode: 'mig', memoryMiB: 81920, present: true, label: null, settings: {}, availability: 'open', availabilityReason: null, createdAtMs: 1 } as const
  const slice = { parentId: null, profile: '3g.40gb', size: 4, memoryMiB: 40192, computeShare: 3 / 7, sm: 42, createdAtMs: 1 }
  store.write(() => {
    store.devices.insert({ ...device, id: 'device_virtual', kind: 'virtual-gpu', name: 'Virtual A100-80GB', hardwareKey: null })
    store.devices.insert({ ...device, id: 'device_real', kind: 'gpu', name: 'A100', hardwareKey: 'GPU-1' })
    store.slices.insert({ ...slice, id: 'slice_virtual', deviceId: 'device_virtual', start: 4 })
    store.slices.insert({ ...slice, id: 'slice_real', deviceId: 'device_real', start: 0 })
  })
  return { paths, store, addJob: wish => addJob(store, paths, wish) }
}

function addJob(store: Store, paths: StatePaths, { items = 2, done = 0, ...wish }: JobWish): void {
  const isRunning = wish.state === 'running'
  store.write(() => {
    store.jobs.insert({ ...inLine, ...jobRow({ itemCount: items, doneCount: done, ...wish }) })
    store.events.append(5, 'job.queued', wish.id)
    const lease = done > 0 || isRunning ? store.leases.insert({ id: `lease_${wish.id}`, holder: wish.id, holderKind: 'job', role: 'current', grantedAtMs: 6, expiresAtMs: null, idleAfterMs: null, usedAtMs: 6, sliceIds: ['slice_virtual'] }) : null
    for (let idx = 0; idx < items; idx++) {
      store.items.insert(wish.id, idx, `/pictures/${idx}.png`)
      if (lease && idx < done) {
        const output = idx % 2 === 0 ? `${String(idx).padStart(6, '0')}.e${lease.epoch}.json` : `${String(idx).padStart(6, '0')}.e${lease.epoch}/result.json`
        keepResult(join(paths.jobs, wish.id, 'results', output), `{"job":"${wish.id}","input":${idx}}`)
        store.items.finish({ jobId: wish.id, idx, state: 'done', output, error: null, epoch: lease.epoch })
      }
    }
    if (lease && !isRunning)
      store.leases.release(lease.epoch, 8, 'finished')
  })
}

function keepResult(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
