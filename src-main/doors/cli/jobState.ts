import type { Job, JobSummary } from '../../contract/model'
import { count, duration } from './text'

/** What a person should know of a job beside its state: what computed it, whether it stands still or was moved, how it answers. */
export function stateLines(job: Job): string[] {
  const { id, state, serving, timeLimitMs } = job
  return [
    ...state === 'suspended' ? [`suspended: its slice is free for others, \`tranche resume ${id}\` lets it go on`] : [],
    ...serving && (state === 'queued' || state === 'running') ? [`answers requests: at most ${serving.maxBatch} together, the first waits ${serving.maxDelayMs} ms for others`] : [],
    ...backendLines(job),
    ...moveLines(job),
    ...timeLimitMs ? [`taken for hung after ${duration(timeLimitMs)} without progress`] : [],
  ]
}

/** Which backends ran the model's nodes; before that, which it may run on. */
function backendLines({ backends = [], ran }: JobSummary): string[] {
  if (!ran)
    return backends.length > 1 ? [`may run on ${backends.join(', then ')}`] : []
  return [
    ...ran.nodes.map(({ backend, count: nodes, operators }) => `${backend} ran ${count(nodes, 'node')}${operators.length === 0 ? '' : `: ${operators.join(', ')}`}`),
    ...ran.fallback ? [`fallback: ${ran.fallback}`] : [],
  ]
}

function moveLines({ moves, lastPauseMs, moving }: JobSummary): string[] {
  return [
    ...moves > 0 ? [`moved ${moves === 1 ? 'once' : `${moves} times`}${typeof lastPauseMs === 'number' ? `, the last move stopped it for ${pause(lastPauseMs)}` : ''}`] : [],
    ...moving ? [`moving to ${moving.slice.profile}@${moving.slice.start} of ${moving.slice.device}: ${moving.phase === 'warming' ? 'the model is loading there' : 'handing over'}`] : [],
  ]
}

/** `7.4 ms`, `132 ms`: a pause is short, and told apart below ten. */
export function pause(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : duration(ms)
}
