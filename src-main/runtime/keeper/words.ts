import type { ComputeMeans, ComputeTerms, Enforcement } from '../../contract/model'
import { defaultSliceMs } from './rotation'

export interface HostMeans {
  readonly compute: ComputeMeans
  /** Why there is no quota although the slice could have one; null otherwise. */
  readonly noQuotaBecause: string | null
  /** Cores of the host. */
  readonly cores: number
  readonly memory: Enforcement['memory']['means']
}

/** What keeps a slice within its promise, for the doors to show. */
export function enforcementWords(terms: ComputeTerms, limitMiB: number, host: HostMeans): Enforcement {
  if (terms.byDriver) {
    return {
      compute: { means: 'driver', share: terms.share, timeSliceMs: null, detail: 'The GPU\'s own driver gives it its share: as a MIG instance, or by MPS where its daemon runs.' },
      memory: { means: 'driver', limitMiB, detail: memoryWords('driver') },
    }
  }
  const timeSliceMs = host.compute === 'turns' || host.compute === 'batch-ends' ? terms.timeSliceMs ?? defaultSliceMs : null
  return {
    compute: { means: host.compute, share: dueShare(terms), timeSliceMs, detail: computeWords(terms, host, timeSliceMs) },
    memory: { means: host.memory, limitMiB, detail: memoryWords(host.memory) },
  }
}

/** Share of the device that a slice is due; null where it depends on who else computes. */
function dueShare({ policy, share }: ComputeTerms): number | null {
  return policy === 'fixed-share' || (policy === 'whole' && share >= 1) ? share : null
}

const policyWords: Record<ComputeTerms['policy'], (percent: string) => string> = {
  'whole': () => '',
  'best-effort': () => 'Slices that have work take equal parts; one without gives its turn away at once.',
  'equal-share': () => 'Every slice that has a worker takes an equal part, whether it has work or not.',
  'fixed-share': percent => `It gets ${percent} of the time and no more, also where others are away.`,
}

function computeWords(terms: ComputeTerms, { compute, noQuotaBecause, cores }: HostMeans, sliceMs: number | null): string {
  const percent = `${Math.round(terms.share * 1000) / 10} %`
  if (compute === 'quota')
    return `The system (a control group) gives it ${percent} of the processor: the time of ${Math.round(terms.share * cores * 100) / 100} of ${cores} cores, whether others compute or not.`
  if (compute !== 'turns' && compute !== 'batch-ends')
    return terms.share >= 1 ? 'It has the whole device.' : 'It computes whenever it has work: this mode does not divide compute.'
  const how = compute === 'turns'
    ? `Turns of ${sliceMs} ms: its process is stopped and continued, also in the middle of a model.`
    : `Turns of ${sliceMs} ms, taken between two inputs: this system cannot stop a process, so a long input delays the others.`
  const instead = noQuotaBecause === null ? '' : ` No limit of processor time, because ${noQuotaBecause}.`
  return `${how} ${policyWords[terms.policy](percent)}${instead}`
}

function memoryWords(means: Enforcement['memory']['means']): string {
  switch (means) {
    case 'watched':
      return 'Its process is measured 50 times a second, and ended at once if it uses more.'
    case 'reported':
      return 'Its process tells what it uses between two inputs, and is ended if that is more: this system does not let others measure it often.'
    case 'driver':
      return 'The GPU itself refuses more.'
  }
}
