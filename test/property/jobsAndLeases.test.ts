import type { CallParsed } from '../../src-main/contract/calls'
import type { Device, DeviceMode, Need } from '../../src-main/contract/model'
import type { RunRequest } from '../../src-main/runtime/protocol'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkInvariants } from '../../src-main/doctor/invariants'
import { packName } from '../../src-main/runtime/results/place'
import { requeueRunning } from '../../src-main/scheduler/recovery'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { gpus, settle, wireLab } from '../helpers/fakeLab'
import { tempDir } from '../helpers/tempDir'

type Operation
  = | { readonly type: 'submit', readonly inputs: number, readonly ask: Ask }
    | { readonly type: 'batch' | 'finished' | 'failed' | 'exit' | 'stale' | 'twice' | 'prepared' | 'yielded' | 'began', readonly which: number }
    | { readonly type: 'cancel' | 'retry' | 'suspend' | 'resume', readonly which: number }
    | { readonly type: 'move', readonly which: number, readonly to: number }
    | { readonly type: 'die' | 'removeDevice' }
    | { readonly type: 'addDevice', readonly model: string, readonly mode: DeviceMode | undefined }
    | { readonly type: 'grant', readonly holder: string, readonly ask: { readonly profile?: string, readonly need?: Need }, readonly count: number, readonly ttl: number | null }
    | { readonly type: 'release' | 'renew' | 'revoke', readonly which: number }
    | Change
    | { readonly type: 'time', readonly ms: number }

type Change
  = | { readonly type: 'undo' | 'compact' | 'destroy', readonly which: number }
    | { readonly type: 'apply' | 'applyMoving', readonly which: number, readonly layout: number }

type Ask = Pick<CallParsed<'leases.grant'>, 'profile' | 'need'>

/** Layouts to wish for: some legal on some devices, some nowhere. */
const wishes: readonly Omit<CallParsed<'slices.plan'>, 'device'>[] = [
  { layout: [] },
  { layout: [{ profile: '7g.80gb' }] },
  { layout: [{ profile: '1g.10gb' }, { profile: '2g.20gb' }, { profile: '4g.40gb' }] },
  { layout: [{ profile: '3g.40gb', start: 4, compute: [1, 2] }, { profile: '1g.10gb' }] },
  { mode: 'vgpu', layout: [{ profile: 'A100D-20C' }, { profile: 'A100D-20C' }] },
  { mode: 'vgpu', settings: { vgpuMode: 'mixed' }, layout: [{ profile: 'A100D-40C' }, { profile: 'A100D-4C' }] },
  { mode: 'sriov', settings: { functions: 3 }, layout: [{ profile: 'vf' }, { profile: 'vf' }] },
  { mode: 'shared', layout: [] },
  { mode: 'passthrough', layout: [{ profile: 'passthrough' }] },
  { mode: 'mig', layout: [{ profile: '1g.6gb' }, { profile: '1g.6gb+me' }, { profile: '2g.12gb+me' }] },
  { mode: 'vgpu', settings: { vgpuMode: 'mixed', policy: 'fixed-share' }, layout: [] },
]

const which = fc.nat(20)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('submit' as const), inputs: fc.integer({ min: 1, max: 5 }), ask: fc.constantFrom<Ask>({ profile: '1g.10gb' }, { profile: '3g.40gb' }, {}, { need: { memoryMiB: 5000 } }, { need: { computeShare: 0.25 } }) }) },
  { weight: 9, arbitrary: fc.record({ type: fc.constant('batch' as const), which }) },
  { weight: 10, arbitrary: fc.record({ type: fc.constantFrom('finished' as const, 'failed' as const, 'exit' as const, 'stale' as const, 'twice' as const), which }) },
  { weight: 12, arbitrary: fc.record({ type: fc.constantFrom('prepared' as const, 'yielded' as const, 'began' as const), which }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('move' as const), which, to: which }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('cancel' as const, 'retry' as const, 'suspend' as const, 'resume' as const), which }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('die' as const, 'removeDevice' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('addDevice' as const), model: fc.constantFrom('A100-80GB', 'A30-24GB', 'T4-16GB', 'RTX-PRO-6000-Blackwell-96GB'), mode: fc.constantFrom<(DeviceMode | undefined)[]>(undefined, 'vgpu', 'sriov', 'shared', 'passthrough', 'mig') }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('grant' as const), holder: fc.constantFrom('vm-1', 'vm-2'), ask: fc.constantFrom<Ask>({ profile: '1g.10gb' }, { profile: 'A100D-10C' }, { profile: 'A100D-10C' }, { profile: 'T4-8C' }, { need: { memoryMiB: 4000 } }, { need: { memoryMiB: 9000, models: ['a100-80gb'] } }, {}), count: fc.integer({ min: 1, max: 5 }), ttl: fc.constantFrom(null, 1000, 60_000) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constantFrom('release' as const, 'renew' as const, 'revoke' as const, 'undo' as const, 'compact' as const, 'destroy' as const), which }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('apply' as const, 'applyMoving' as const), which, layout: which }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 100_000 }) }) },
)

it('keeps every invariant whatever submitters, workers and crashes do, in any order', async () => {
  await fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 60 }), async (operations) => {
    const paths = prepareStateDir(tempDir())
    let lab = wireLab(paths)
    lab.devices.seedFirstStart(true)
    lab.devices.add({ model: 'A100-80GB', count: 1, mode: 'vgpu', layout: [] })
    const acknowledged: string[] = []
    const oldRequests: RunRequest[] = []
    let lastEpoch = 0
    const pick = <T>(of: readonly T[], place: number): T | undefined => of.length === 0 ? undefined : of[place % of.length]

    for (const asked of operations) {
      await act(asked).catch((thrown: unknown) => {
        // A refusal is an answer; anything that is not one of ours is a fault.
        expect(thrown).toHaveProperty('name', 'TrancheError')
        expect(thrown).not.toHaveProperty('code', 'internal')
      })
      await settle()
      await lab.endings.settled()
      const broken = checkInvariants({ store: lab.store, tablesFor: () => gpus, jobsDir: paths.jobs, nowMs: lab.nowMs() }).filter(({ ok }) => !ok)
      expect(broken).toEqual([])
      for (const id of acknowledged)
        expect(lab.store.jobs.get(id)).toBeDefined()
    }
    lab.leases.close()
    lab.dispatcher.close()
    lab.store.close()

    async function act(asked: Operation): Promise<void> {
      switch (asked.type) {
        case 'submit': {
          const job = await lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: asked.inputs, ...asked.ask })
          acknowledged.push(job.id)
          break
        }
        case 'cancel':
        case 'retry': {
          const id = pick(acknowledged, asked.which)
          if (id !== undefined)
            acknowledged.push(asked.type === 'cancel' ? lab.jobs.cancel(id).id : lab.jobs.retry({ id, onlyFailed: asked.which % 2 === 0 }).id)
          break
        }
        case 'suspend':
        case 'resume': {
          const id = pick(acknowledged, asked.which)
          if (id !== undefined && asked.type === 'resume')
            lab.jobs.resume(id)
          else if (id !== undefined)
            inBackground(lab.jobs.suspend(id))
          break
        }
        case 'move': {
          const job = pick(lab.store.jobs.inState('running'), asked.which)
          const target = job && pick(lab.capacity().slices, asked.to)
          if (job && target)
            inBackground(lab.moves.move({ id: job.id, slice: target.id }))
          break
        }
        case 'die':
          lab.leases.close()
          lab.dispatcher.close()
          lab.store.close()
          lab = wireLab(paths)
          requeueRunning(lab.store, lab.ledger, 'owner-died')
          await lab.layouts.recover()
          lab.dispatcher.wake()
          break
        case 'removeDevice': {
          const device = lab.devices.list().find(({ kind }) => kind === 'virtual-gpu')
          if (device)
            lab.devices.remove(device.id)
          break
        }
        case 'addDevice':
          lab.devices.add({ model: asked.model, count: 1, mode: asked.mode })
          break
        case 'time':
          lab.wait(asked.ms)
          lab.leases.sweep()
          break
        case 'grant': {
          const { slices, epoch } = lab.leases.grant({ holder: asked.holder, ...asked.ask, count: asked.count, cut: true, expiresInMs: asked.ttl, idleAfterMs: asked.ttl })
          expect(slices).toHaveLength(asked.count)
          expect(epoch).toBeGreaterThan(lastEpoch)
          lastEpoch = epoch
          break
        }
        case 'release':
        case 'revoke':
        case 'renew': {
          const lease = pick(lab.leases.list(), asked.which)
          if (lease && asked.type === 'renew')
            lab.leases.renew({ id: lease.id, epoch: lease.epoch, expiresInMs: 5000 })
          else if (lease)
            lab.leases.release({ id: lease.id, revoke: asked.type === 'revoke' })
          break
        }
        case 'undo':
        case 'compact':
        case 'destroy':
        case 'applyMoving':
        case 'apply': {
          const device = pick(lab.devices.list(), asked.which)
          if (device)
            await change(asked, device)
          break
        }
        default:
          asWorker(asked)
      }
    }

    /** Answers when the workers have done their part, or with a refusal. */
    function inBackground(work: Promise<unknown>): void {
      work.catch((thrown: unknown) => {
        expect(thrown).toHaveProperty('name', 'TrancheError')
        expect(thrown).not.toHaveProperty('code', 'internal')
      })
    }

    /** Slices that someone holds outlive every change of layout, and an undo brings back what was there. */
    async function change(asked: Change, device: Device): Promise<void> {
      const held = device.slices.filter(({ lease }) => lease !== null).map(({ id }) => id)
      const before = shapeOf(device)
      switch (asked.type) {
        case 'applyMoving':
          inBackground(lab.layouts.apply({ device: device.id, ...wishes[asked.layout % wishes.length], moveJobs: true }))
          // What it moves comes to its new place with the workers' next words.
          return
        case 'undo':
          await lab.layouts.undo({ device: device.id, dry: false })
          break
        case 'compact':
          await lab.layouts.apply({ device: device.id, layout: 'compact' })
          break
        case 'destroy': {
          const slice = pick(device.slices, asked.which)
          if (slice)
            await lab.layouts.destroy({ slice: slice.id })
          break
        }
        case 'apply': {
          const { device: after, plan } = await lab.layouts.apply({ device: device.id, ...wishes[asked.layout % wishes.length] })
          if (plan.steps.length > 0 && asked.layout % 2 === 0) {
            expect(after.canUndo).toBe(true)
            expect(shapeOf((await lab.layouts.undo({ device: device.id, dry: false })).device)).toEqual(before)
          }
        }
      }
      expect(lab.devices.describe(device.id).slices.map(({ id }) => id)).toEqual(expect.arrayContaining(held))
    }

    function asWorker(asked: Extract<Operation, { which: number }>): void {
      const [sliceId, worker] = pick([...lab.running], asked.which) ?? []
      if (sliceId === undefined || worker === undefined)
        return
      const { request } = worker
      const death = { kind: asked.which % 2 ? 'killed' as const : 'crashed' as const, how: 'ended by a test' }
      const running = { jobId: request.jobId, epoch: request.epoch, isLoaded: worker.isBegun, isAlone: request.batchSize === 1 }
      // A worker that waits for its turn says nothing of inputs.
      if (!worker.isBegun && !['prepared', 'failed', 'exit', 'stale'].includes(asked.type))
        return
      const about = { jobId: request.jobId, epoch: request.epoch }
      const outcome = (index: number) => {
        writeFileSync(join(request.resultsDir, packName(request.epoch)), 'x'.repeat(100))
        return index % 3 === 2
          ? { index, ok: false as const, error: { code: 'unreadable_input' as const, message: 'no', retryable: false } }
          : { index, ok: true as const, at: index, bytes: 1, withFiles: false }
      }
      const next = lab.store.items.pending(request.jobId).slice(0, 2).map(({ idx }) => idx)
      switch (asked.type) {
        case 'batch':
          if (next.length > 0)
            lab.reports.onJobMessage(sliceId, { type: 'batch', ...about, outcomes: next.map(outcome) })
          break
        case 'finished':
          lab.running.delete(sliceId)
          oldRequests.push(request)
          if (lab.store.items.pending(request.jobId).length === 0 || lab.cancelled.has(request.epoch))
            lab.reports.onJobMessage(sliceId, { type: 'finished', ...about })
          else
            lab.reports.onExit(sliceId, running, death)
          break
        case 'failed':
          lab.running.delete(sliceId)
          lab.reports.onJobMessage(sliceId, { type: 'failed', ...about, error: { code: 'bad_model', message: 'no', retryable: false } })
          break
        case 'exit':
          lab.running.delete(sliceId)
          oldRequests.push(request)
          lab.reports.onExit(sliceId, running, death)
          break
        case 'prepared':
          if (request.hold && !worker.isBegun)
            lab.reports.onJobMessage(sliceId, { type: 'prepared', ...about, warmMs: 1 })
          break
        case 'yielded':
          if (worker.isYielding) {
            lab.running.delete(sliceId)
            oldRequests.push(request)
            const carry = next.length > 0 && asked.which % 2 ? { index: next[0], state: Uint8Array.of(asked.which) } : null
            lab.reports.onJobMessage(sliceId, { type: 'yielded', ...about, carry, atMs: 1 })
            // Bit for bit what the next worker gets, whenever it begins.
            expect(lab.store.carries.get(request.jobId)).toEqual(carry && { idx: carry.index, state: Buffer.from(carry.state) })
          }
          break
        case 'began':
          lab.reports.onJobMessage(sliceId, { type: 'began', ...about, atMs: 5 })
          break
        case 'stale': {
          const old = pick(oldRequests, asked.which)
          const before = old && lab.store.items.ofJob(old.jobId)
          if (!old)
            break
          lab.reports.onJobMessage(sliceId, { type: 'batch', jobId: old.jobId, epoch: old.epoch, outcomes: [{ index: 0, ok: true, at: 0, bytes: 1, withFiles: false }] })
          lab.reports.onJobMessage(sliceId, { type: 'finished', jobId: old.jobId, epoch: old.epoch })
          lab.reports.onExit(sliceId, { ...running, jobId: old.jobId, epoch: old.epoch }, death)
          expect(lab.store.items.ofJob(old.jobId)).toEqual(before)
          break
        }
        case 'twice': {
          const finished = lab.store.items.ofJob(request.jobId).find(({ state }) => state !== 'pending')
          if (finished)
            lab.reports.onJobMessage(sliceId, { type: 'batch', ...about, outcomes: [{ index: finished.idx, ok: true, at: 0, bytes: 1, withFiles: false }] })
          break
        }
      }
    }
  }), { numRuns: 100 })
}, 120_000)

function shapeOf({ mode, settings, slices }: Device) {
  return { mode, settings, slices: mode === 'shared' ? [] : slices.map(({ profile, start, size, parentId }) => ({ profile, start, size, isWithin: parentId !== null })) }
}
