/** Which of a long list is selected: some by id, or all that fit the filter but some. */
export interface Selection {
  readonly isAll: boolean
  /** The selected ones; those left out where all are selected. */
  readonly ids: ReadonlySet<string>
}

export const noSelection: Selection = { isAll: false, ids: new Set() }
export const allSelected: Selection = { isAll: true, ids: new Set() }

export function selectOnly(...ids: readonly string[]): Selection {
  return { isAll: false, ids: new Set(ids) }
}

export function isSelected({ isAll, ids }: Selection, id: string): boolean {
  return ids.has(id) !== isAll
}

/** Selects what was not, and the other way round. */
export function toggled(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id))
    ids.add(id)
  return { isAll: selection.isAll, ids }
}

/** How many of `total` are selected. */
export function countSelected({ isAll, ids }: Selection, total: number): number {
  return isAll ? Math.max(0, total - ids.size) : ids.size
}
