import type { ComputeMeans, Device, Enforcement, SliceUse } from '../../contract/model'
import { letterOf } from './axis'
import { memory, table } from './text'

/** The means in a word or two; the host's own sentence goes beside it. */
const computeWords: Record<ComputeMeans, string> = {
  'none': 'whole device',
  'turns': 'turns',
  'quota': 'quota',
  'batch-ends': 'turns at batch ends',
  'driver': 'the driver',
}

/** A line for each slice of a device that has a worker: what keeps its share and its memory, and what it uses now. */
export function enforcementLines({ slices }: Device, use: readonly SliceUse[]): string[] {
  const letters = new Map(slices.filter(({ parentId }) => parentId === null).map(({ id }, i) => [id, letterOf(i)]))
  const rows = slices.flatMap(({ id, parentId }) => {
    const found = use.find(({ sliceId }) => sliceId === id)
    return found ? [row(found, letters.get(parentId ?? id) ?? '')] : []
  })
  return rows.length === 0 ? [] : ['kept within the slice by', ...table(rows)]
}

function row({ enforcement, usedMiB, pid }: SliceUse, letter: string): string[] {
  const { memory: kept } = enforcement
  return [
    letter,
    meansText(enforcement),
    enforcement.compute.detail,
    `memory ${kept.means}, ${memory(usedMiB)} of ${memory(kept.limitMiB)}`,
    `pid ${pid}`,
  ]
}

/** `turns of 5 ms, 14 %`, `quota, 43 %`, `whole device`. */
export function meansText({ compute: { means, share, timeSliceMs } }: Enforcement): string {
  return [
    `${computeWords[means]}${timeSliceMs === null ? '' : ` of ${timeSliceMs} ms`}`,
    ...share === null || means === 'none' ? [] : [`${Math.round(share * 100)} %`],
  ].join(', ')
}
