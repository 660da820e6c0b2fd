import type { DeviceMode, Placement } from '../../contract/model'

/** Characters that a short axis is drawn with; a long one gets as many as there are slots, if they fit. */
const shortAxis = 36
/** An axis longer than any device has slots is one of memory, and is drawn as a short one. */
const longAxis = 1024
/** What stands beside an axis on its line. */
const margin = 6
const steps = [1, 2, 3, 4, 5, 10, 20, 25, 50, 100]
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A line to be drawn to scale: its length, and what lies on it. */
export interface Axis {
  readonly length: number
  readonly parts: readonly { readonly start: number, readonly size: number }[]
}

/**
 * Where slices lie, to scale: on the slots of the device, or, in `shared` mode, whose slots are only seats, as parts of its
 * memory one after the other.
 */
export function axisOf({ mode, slots, memoryMiB }: { readonly mode: DeviceMode, readonly slots: number, readonly memoryMiB: number }, slices: readonly Placement[]): Axis {
  if (mode !== 'shared')
    return { length: Math.max(1, slots), parts: slices }
  let start = 0
  const parts = slices.map(({ profile }) => {
    const size = Number(/^(\d+)MiB$/.exec(profile)?.[1] ?? 0)
    start += size
    return { start: start - size, size }
  })
  return { length: Math.max(1, memoryMiB, start), parts }
}

/** `|AAAAAAAABB··········|`: a letter for each slice, a dot where nothing lies. A slice narrower than a character may not show. */
export function drawAxis({ length, parts }: Axis, columns: number): string {
  const width = widthOf(length, columns)
  const cells = Array.from({ length: width }, (_, cell) => {
    const index = most(parts.map(part => overlap(part, cell * length / width, (cell + 1) * length / width)))
    return index === -1 ? '·' : letterOf(index)
  })
  return `|${cells.join('')}|`
}

/** The numbers of the slots, above an axis: ` 0   1   2   3`. Of many slots every second, fifth or so is numbered. */
export function drawRuler(slots: number, columns: number): string {
  const width = widthOf(slots, columns)
  const room = String(slots - 1).length + 1
  const step = steps.find(step => step * width / slots >= room) ?? slots
  let line = ''
  for (let slot = 0; slot < slots; slot += step)
    line = `${line.padEnd(1 + Math.floor(slot * width / slots))}${slot}`
  return line
}

/** Width of a drawn axis without its ends. */
function widthOf(length: number, columns: number): number {
  const room = Math.max(8, columns - margin)
  if (length <= shortAxis && length <= room)
    return Math.max(1, Math.floor(Math.min(shortAxis, room) / length)) * length
  return length > longAxis ? Math.min(shortAxis, room) : Math.min(length, room)
}

export function letterOf(index: number): string {
  return letters[index % letters.length]
}

function overlap({ start, size }: { readonly start: number, readonly size: number }, from: number, to: number): number {
  return Math.min(start + size, to) - Math.max(start, from)
}

/** Index of the largest of these that is over zero, the first of equals; -1 if none is. */
function most(amounts: readonly number[]): number {
  const largest = Math.max(0, ...amounts)
  return largest > 0 ? amounts.indexOf(largest) : -1
}
