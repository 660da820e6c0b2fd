/**
 * Places of members in groups of one kind, each of `most` of its kind at most, in the order of their first members. One whose
 * kind is null is alone.
 */
export function groupsOf(kinds: readonly (string | null)[], most: (kind: string) => number): readonly (readonly number[])[] {
  const groups: number[][] = []
  const open = new Map<string, number[]>()
  for (const [place, kind] of kinds.entries()) {
    const group = kind === null ? undefined : open.get(kind)
    if (group && kind !== null && group.length < most(kind)) {
      group.push(place)
      continue
    }
    const begun = [place]
    groups.push(begun)
    if (kind !== null)
      open.set(kind, begun)
  }
  return groups
}
