/** A line of the list: the head of a group, or the job at an offset of what was asked for. */
export type ListRow
  = | { readonly kind: 'group', readonly key: string, readonly count: number, readonly isOpen: boolean }
    | { readonly kind: 'job', readonly offset: number }

export interface RowLayout {
  /** Lines in all. */
  readonly count: number
  readonly at: (index: number) => ListRow
  /** The line of the job at an offset; that of its group's head where the group is closed. */
  readonly indexOf: (offset: number) => number
}

interface Group { readonly key: string, readonly count: number }

/**
 * Where the lines of a grouped list lie, without making them: a list of 100,000 jobs costs no more than one of ten.
 * `groups` are in the order of the jobs, and their counts add up to `total`.
 */
export function rowLayout(total: number, groups: readonly Group[], closed: ReadonlySet<string>): RowLayout {
  if (groups.length === 0)
    return { count: total, at: offset => ({ kind: 'job', offset }), indexOf: offset => offset }
  const starts: { row: number, offset: number, group: Group, isOpen: boolean }[] = []
  let row = 0
  let offset = 0
  for (const group of groups) {
    const isOpen = !closed.has(group.key)
    starts.push({ row, offset, group, isOpen })
    row += 1 + (isOpen ? group.count : 0)
    offset += group.count
  }
  return {
    count: row,
    at(index) {
      const { row, offset, group, isOpen } = starts[lastAtMost(starts, start => start.row, index)]
      return index === row ? { kind: 'group', ...group, isOpen } : { kind: 'job', offset: offset + index - row - 1 }
    },
    indexOf(wanted) {
      const { row, offset, isOpen } = starts[lastAtMost(starts, start => start.offset, wanted)]
      return isOpen ? row + 1 + wanted - offset : row
    },
  }
}

/** Index of the last element whose figure is at most `wanted`, of elements in rising order; 0 where none is. */
export function lastAtMost<T>(sorted: readonly T[], figure: (element: T) => number, wanted: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (figure(sorted[middle]) <= wanted)
      low = middle
    else
      high = middle - 1
  }
  return low
}
