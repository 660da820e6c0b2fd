import type { PlanJob, PlanSlice } from '../../src-main/scheduler/plan'

export function planJob(id: string, different: Partial<PlanJob> = {}): PlanJob {
  return { id, profile: null, device: null, modelReady: true, ...different }
}

export function planSlice(id: string, different: Partial<PlanSlice> = {}): PlanSlice {
  return { id, device: 'gpu', deviceName: 'Virtual A100-80GB', profile: '1g.10gb', start: 0, threads: 1, computeShare: 1 / 7, isGpu: true, holder: null, unusable: null, ...different }
}
