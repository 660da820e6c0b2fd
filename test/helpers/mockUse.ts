import type { CallOutput, CallParsed } from '../../src-main/contract/calls'
import type { Backend, ComputeMeans, Device, Enforcement, Isolation, SliceUse } from '../../src-main/contract/model'
import { leafSlices } from '../../src-renderer/floorPlan'
import { idTail } from './mockDevices'

/** What the mock lab tells of its workers: their live use, what keeps them within their slices, and what a model needs. */
const means: Record<ComputeMeans, (share: number | null) => Enforcement['compute']> = {
  'none': share => ({ means: 'none', share, timeSliceMs: null, detail: 'It has the whole device: nothing takes turns with it.' }),
  'turns': share => ({ means: 'turns', share, timeSliceMs: 10, detail: 'Its process is stopped and continued in turns of 10 ms: a cgroup quota cannot be set here, /sys/fs/cgroup is read-only.' }),
  'quota': share => ({ means: 'quota', share, timeSliceMs: null, detail: 'A cgroup limits its processor time to its share of 2 cores.' }),
  'batch-ends': share => ({ means: 'batch-ends', share, timeSliceMs: 2, detail: 'This host cannot stop a running process: it gets its turn between two inputs, so a long input delays the others.' }),
  'driver': share => ({ means: 'driver', share, timeSliceMs: null, detail: 'The GPU itself keeps its instances apart.' }),
}

function enforced(by: ComputeMeans, share: number | null, limitMiB: number): Enforcement {
  const memory: Enforcement['memory'] = by === 'driver'
    ? { means: 'driver', limitMiB, detail: 'The GPU gives no more than the instance has.' }
    : by === 'batch-ends'
      ? { means: 'reported', limitMiB, detail: 'The worker tells its memory between two inputs.' }
      : { means: 'watched', limitMiB, detail: 'Its memory is read every 20 ms; above its limit it is ended.' }
  return { compute: means[by](share), memory }
}

export function useNow(nowMs: number): SliceUse[] {
  const wave = Math.sin(nowMs / 2300)
  const job = (number: number) => `job_${idTail(number)}`
  return [
    { sliceId: `slice_${idTail(4)}`, cores: 0.8 + wave * 0.1, threads: 2, memoryMiB: 612 + Math.round(wave * 9), usedMiB: 502 + Math.round(wave * 9), pid: 48_377, state: 'running', enforcement: enforced('turns', 3 / 7, 40_192), job: job(1) },
    { sliceId: `slice_${idTail(2)}`, cores: 0.26 + wave * 0.05, threads: 2, memoryMiB: 9488, usedMiB: 9378, pid: 48_391, state: 'running', enforcement: enforced('turns', 1 / 7, 9856), job: job(2) },
    { sliceId: `slice_${idTail(1)}`, cores: 0, threads: 1, memoryMiB: 455, usedMiB: 345, pid: 48_402, state: 'idle', enforcement: enforced('quota', 2 / 7, 19_968), job: null },
    { sliceId: `slice_${idTail(9)}`, cores: 1.7 + wave * 0.2, threads: 2, memoryMiB: 688, usedMiB: 578, pid: 48_410, state: 'running', enforcement: enforced('none', 1, 24_576), job: job(9) },
    { sliceId: 'slice_dev_virtual-a40-0-A40-12C', cores: 0.4, threads: 2, memoryMiB: 300, usedMiB: 190, pid: 48_433, state: 'idle', enforcement: enforced('batch-ends', null, 12_288), job: null },
    { sliceId: 'slice_dev_real-a100-4-3g.40gb', cores: 0.1, threads: 2, memoryMiB: 1544, usedMiB: 1434, pid: 48_440, state: 'idle', enforcement: enforced('driver', 3 / 7, 40_192), job: null },
  ]
}

export const mockIsolation: Isolation = {
  files: true,
  network: true,
  programs: true,
  endsWithLab: false,
  detail: 'Landlock (version 3) and seccomp hold each worker. This kernel does not tell a stopped worker that its lab has died.',
}

export const mockBackends: readonly Backend[] = [
  { id: 'cpu', name: 'CPU', installed: true, usable: true, detail: 'AMD EPYC 9R14, 2 cores' },
  { id: 'webgpu', name: 'WebGPU', installed: true, usable: true, detail: 'SwiftShader, a GPU drawn by the CPU: slow, and exact' },
  { id: 'cuda', name: 'CUDA', installed: false, usable: false, detail: 'The CUDA libraries are not installed. Fetch them: npm run -s tranche -- setup cuda' },
  { id: 'tensorrt', name: 'TensorRT', installed: false, usable: false, detail: 'TensorRT needs CUDA, and that is not installed.' },
]

export function mockEstimate(devices: readonly Device[], { batch }: CallParsed<'models.estimate'>): CallOutput<'models.estimate'> {
  const estimate = { weightsMiB: 240, activationsMiB: 9 * batch, totalMiB: 240 + 9 * batch + 48, batch, unknownNodes: 0, unknownOperators: [] }
  const profiles = devices.flatMap(({ id, name, slices }) => [...new Map(leafSlices(slices).map(slice => [slice.profile, slice])).values()].map(({ profile, memoryMiB }) => ({ device: id, deviceName: name, profile, memoryMiB, ok: memoryMiB >= estimate.totalMiB })))
  return { files: [{ role: 'model', estimate }], totalMiB: estimate.totalMiB, fits: profiles.toSorted((a, b) => a.memoryMiB - b.memoryMiB) }
}
