import type { PlanPool, PlanSlice } from '../../src-main/broker/planRequest'
import type { PlanJob } from '../../src-main/scheduler/plan'

export function planJob(id: string, different: Partial<PlanJob> = {}): PlanJob {
  return { id, profile: null, device: null, need: null, modelReady: true, leastMiB: null, ...different }
}

export function planSlice(id: string, different: Partial<PlanSlice> = {}): PlanSlice {
  return { id, device: 'gpu', deviceName: 'Virtual A100-80GB', model: 'A100-80GB', label: null, profile: '1g.10gb', start: 0, memoryMiB: 9856, sm: 14, engines: null, threads: 1, computeShare: 1 / 7, isGpu: true, holder: null, unusable: null, ...different }
}

export function planPool(device: string, different: Partial<PlanPool> = {}): PlanPool {
  return { device, deviceName: `Shared ${device}`, model: 'A100-80GB', label: null, isGpu: true, memoryMiB: 81920, freeMiB: 81920, holders: [], unusable: null, ...different }
}
