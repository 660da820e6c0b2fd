/** Lists that are kept in order, changed in place. `compare` answers as for `Array.sort` and is 0 for the same item only. */

export function insertSorted<T>(list: T[], item: T, compare: (a: T, b: T) => number): void {
  list.splice(placeOf(list, item, compare), 0, item)
}

/** Does nothing if the item is not there. */
export function removeSorted<T>(list: T[], item: T, compare: (a: T, b: T) => number): void {
  const place = placeOf(list, item, compare)
  if (place < list.length && compare(list[place], item) === 0)
    list.splice(place, 1)
}

/** The first place whose item does not come before `item`. */
function placeOf<T>(list: readonly T[], item: T, compare: (a: T, b: T) => number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(list[middle], item) < 0)
      low = middle + 1
    else
      high = middle
  }
  return low
}
