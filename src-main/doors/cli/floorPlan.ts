import type { Device, DeviceKind, Slice } from '../../contract/model'
import type { Style } from './text'
import { memory, printable, table } from './text'

/** Characters that the slot axis of a device is drawn with. */
const planWidth = 32
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const kindNames: Record<DeviceKind, string> = { 'cpu': 'CPU', 'gpu': 'GPU', 'virtual-gpu': 'virtual GPU' }

/** A device as lines: its name, how its slots are cut, and who holds each slice. */
export function floorPlan(device: Device, style: Style): string[] {
  const lines = [
    `${style.strong(printable(device.name))}  ${style.faint(printable(describe(device)))}`,
    `  id ${printable(device.id)}`,
    ...device.unusable === null ? [] : [`  ${style.bad(`cannot be used: ${printable(device.unusable)}`)}`],
    `  ${axis(device)}`,
  ]
  const rows = device.slices.map((slice, i) => [letterOf(i), slice.profile, slotsOf(slice), memory(slice.memoryMiB), `${Math.round(slice.computeShare * 100)} %`, slice.lease ? slice.lease.holder : 'free'])
  return [...lines, ...table(rows).map(line => `  ${line}`)]
}

function describe({ kind, model, mode, memoryMiB, backing }: Device): string {
  const what = `${kindNames[kind]}, ${model}, ${mode}, ${memory(memoryMiB)}`
  return kind === 'virtual-gpu' ? `${what}. ${backing}` : what
}

/** `|AAAAAAAABB··········|`: a letter for each placed slice, a dot where nothing is placed. */
function axis({ slots, slices }: Device): string {
  const width = slots <= planWidth ? Math.floor(planWidth / slots) * slots : planWidth
  const cells = Array.from({ length: width }, (_, cell) => {
    const slot = Math.floor(cell * slots / width)
    const index = slices.findIndex(({ start, size }) => start <= slot && slot < start + size)
    return index === -1 ? '·' : letterOf(index)
  })
  return `|${cells.join('')}|`
}

function slotsOf({ start, size }: Slice): string {
  return size === 1 ? `slot ${start}` : `slots ${start}-${start + size - 1}`
}

function letterOf(index: number): string {
  return letters[index % letters.length]
}
