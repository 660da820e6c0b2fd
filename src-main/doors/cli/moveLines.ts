import type { Device, MoveReport, MoveTarget } from '../../contract/model'
import type { Style } from './text'
import { pause } from './jobState'
import { duration, memory, table } from './text'

const heading = ['slice', 'of', 'profile', 'memory', '', '']

/** Where a job could go now, and why not elsewhere: those that would do first. */
export function targetLines(targets: readonly MoveTarget[], style: Style): string[] {
  if (targets.length === 0)
    return ['The lab has no other slice. `tranche lab add MODEL` adds a virtual GPU, `tranche slice apply` cuts one.']
  const sorted = [...targets].sort((a, b) => Number(b.ok) - Number(a.ok))
  const rows = sorted.map(({ slice, deviceName, profile, start, memoryMiB, ok, reasons }) => [slice, deviceName, `${profile}@${start}`, memory(memoryMiB), ok ? 'yes' : 'no', reasons.join(' ')])
  return table([heading, ...rows], (cell, row, column) => {
    if (row === 0)
      return style.faint(cell)
    return column === 4 ? (sorted[row - 1].ok ? style.good(cell) : style.bad(cell)) : cell
  })
}

/** `job_1  3g.40gb@4 of Virtual A100 -> 2g.20gb@0 of Virtual H100  stopped for 7.4 ms, warmed up in 812 ms`. */
export function moveLines(moves: readonly MoveReport[], devices: readonly Device[]): string[] {
  const place = ({ device, profile, start }: MoveReport['from']) => `${profile}@${start} of ${devices.find(({ id }) => id === device)?.name ?? device}`
  return table(moves.map(({ job, from, to, pauseMs, warmMs }) => [job, `${place(from)} -> ${place(to)}`, `stopped for ${pause(pauseMs)}, warmed up in ${duration(warmMs)}`]))
}
