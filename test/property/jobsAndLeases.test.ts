import type { RunRequest } from '../../src-main/runtime/protocol'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkInvariants } from '../../src-main/doctor/invariants'
import { resultPath } from '../../src-main/runtime/resultPath'
import { requeueRunning } from '../../src-main/scheduler/recovery'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { gpus, settle, wireLab } from '../helpers/fakeLab'
import { tempDir } from '../helpers/tempDir'

type Operation
  = | { readonly type: 'submit', readonly inputs: number, readonly profile: string | undefined }
    | { readonly type: 'batch' | 'finished' | 'failed' | 'exit' | 'stale' | 'twice', readonly which: number }
    | { readonly type: 'cancel' | 'retry', readonly which: number }
    | { readonly type: 'die' | 'removeDevice' | 'addDevice' }

const which = fc.nat(20)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('submit' as const), inputs: fc.integer({ min: 1, max: 5 }), profile: fc.constantFrom('1g.10gb', '3g.40gb', undefined) }) },
  { weight: 9, arbitrary: fc.record({ type: fc.constant('batch' as const), which }) },
  { weight: 10, arbitrary: fc.record({ type: fc.constantFrom('finished' as const, 'failed' as const, 'exit' as const, 'stale' as const, 'twice' as const), which }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('cancel' as const, 'retry' as const), which }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('die' as const, 'removeDevice' as const, 'addDevice' as const) }) },
)

it('keeps every invariant whatever submitters, workers and crashes do, in any order', async () => {
  await fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 60 }), async (operations) => {
    const paths = prepareStateDir(tempDir())
    let lab = wireLab(paths)
    lab.devices.seedFirstStart(true)
    const acknowledged: string[] = []
    const oldRequests: RunRequest[] = []
    const pick = <T>(of: readonly T[], place: number): T | undefined => of.length === 0 ? undefined : of[place % of.length]

    for (const asked of operations) {
      await act(asked).catch((thrown: unknown) => {
        // A refusal is an answer; anything that is not one of ours is a fault.
        expect(thrown).toHaveProperty('name', 'TrancheError')
        expect(thrown).not.toHaveProperty('code', 'internal')
      })
      await settle()
      await lab.dispatcher.settled()
      const broken = checkInvariants({ store: lab.store, gpus, jobsDir: paths.jobs }).filter(({ ok }) => !ok)
      expect(broken).toEqual([])
      for (const id of acknowledged)
        expect(lab.store.jobs.get(id)).toBeDefined()
    }
    await lab.dispatcher.close()
    lab.store.close()

    async function act(asked: Operation): Promise<void> {
      switch (asked.type) {
        case 'submit': {
          const job = await lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: asked.inputs, profile: asked.profile })
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
        case 'die':
          await lab.dispatcher.close()
          lab.store.close()
          lab = wireLab(paths)
          requeueRunning(lab.store, lab.ledger, 'owner-died')
          lab.dispatcher.wake()
          break
        case 'removeDevice': {
          const device = lab.devices.list().find(({ kind }) => kind === 'virtual-gpu')
          if (device)
            lab.devices.remove(device.id)
          break
        }
        case 'addDevice':
          lab.devices.addVirtual('a100-80gb')
          break
        default:
          asWorker(asked)
      }
    }

    function asWorker(asked: Extract<Operation, { which: number }>): void {
      const [sliceId, request] = pick([...lab.running], asked.which) ?? []
      if (sliceId === undefined || request === undefined)
        return
      const about = { jobId: request.jobId, epoch: request.epoch }
      const outcome = (index: number) => {
        writeFileSync(join(request.resultsDir, resultPath(index, request.epoch, false)), '{}')
        return index % 3 === 2
          ? { index, ok: false as const, error: { code: 'unreadable_input' as const, message: 'no', retryable: false } }
          : { index, ok: true as const, withFiles: false }
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
            lab.reports.onExit(sliceId, about, 'ended by SIGKILL')
          break
        case 'failed':
          lab.running.delete(sliceId)
          lab.reports.onJobMessage(sliceId, { type: 'failed', ...about, error: { code: 'bad_model', message: 'no', retryable: false } })
          break
        case 'exit':
          lab.running.delete(sliceId)
          oldRequests.push(request)
          lab.reports.onExit(sliceId, about, 'ended by SIGKILL')
          break
        case 'stale': {
          const old = pick(oldRequests, asked.which)
          const before = old && lab.store.items.ofJob(old.jobId)
          if (!old)
            break
          lab.reports.onJobMessage(sliceId, { type: 'batch', jobId: old.jobId, epoch: old.epoch, outcomes: [{ index: 0, ok: true, withFiles: false }] })
          lab.reports.onJobMessage(sliceId, { type: 'finished', jobId: old.jobId, epoch: old.epoch })
          lab.reports.onExit(sliceId, { jobId: old.jobId, epoch: old.epoch }, 'ended by SIGKILL')
          expect(lab.store.items.ofJob(old.jobId)).toEqual(before)
          break
        }
        case 'twice': {
          const finished = lab.store.items.ofJob(request.jobId).find(({ state }) => state !== 'pending')
          if (finished)
            lab.reports.onJobMessage(sliceId, { type: 'batch', ...about, outcomes: [{ index: finished.idx, ok: true, withFiles: false }] })
          break
        }
      }
    }
  }), { numRuns: 100 })
}, 120_000)
