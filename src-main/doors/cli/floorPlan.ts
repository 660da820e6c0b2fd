import type { Device, DeviceKind, Slice, SliceUse } from '../../contract/model'
import type { Style } from './text'
import { axisOf, drawAxis, letterOf } from './axis'
import { modeText, placeText, strandedText } from './cutText'
import { enforcementLines } from './enforcementLines'
import { memory, printable, table } from './text'

const kindNames: Record<DeviceKind, string> = { 'cpu': 'CPU', 'gpu': 'GPU', 'virtual-gpu': 'virtual GPU' }

/**
 * A device as lines that fit a terminal: its name, how it is cut, who holds each slice, and what no slice has; with `use`, what
 * keeps the workers there within their slices.
 */
export function floorPlan(device: Device, style: Style, columns: number, use: readonly SliceUse[] = []): string[] {
  const whole = device.slices.filter(({ parentId }) => parentId === null)
  const rows = whole.flatMap((slice, i) => [
    row(device, slice, letterOf(i)),
    ...device.slices.filter(({ parentId }) => parentId === slice.id).map(within => row(device, within, '')),
  ])
  return [
    `${style.strong(printable(device.name))}  ${style.faint(printable(describe(device)))}`,
    `  id ${printable(device.id)}${device.label === null ? '' : `  label ${printable(device.label)}`}`,
    ...device.unusable === null ? [] : [`  ${style.bad(`cannot be used: ${printable(device.unusable)}`)}`],
    ...device.unfinishedChange === null ? [] : [`  ${style.bad(`its change of layout is not finished: ${printable(device.unfinishedChange)}`)}`],
    `  ${drawAxis(axisOf(device, whole), columns)}`,
    ...table(rows).map(line => `  ${line}`),
    ...enforcementLines(device, use).map(line => `  ${line}`),
    ...leftOver(device, whole).map(line => `  ${style.faint(line)}`),
  ]
}

function row({ mode, slices }: Device, slice: Slice, letter: string): string[] {
  return [
    letter,
    slice.profile,
    slice.parentId === null ? placeText(mode, slice) : `compute ${slice.size === 1 ? slice.start : `${slice.start}-${slice.start + slice.size - 1}`}`,
    memory(slice.memoryMiB),
    `${Math.round(slice.computeShare * 100)} %`,
    slice.lease?.holder ?? (slices.some(({ parentId }) => parentId === slice.id) ? 'cut' : 'free'),
    slice.id,
  ]
}

/** The part of the device that no slice has; nothing where it is handed out whole. */
function leftOver({ mode, stranded }: Device, whole: readonly Slice[]): string[] {
  if (whole.length === 0)
    return ['nothing is cut']
  if (mode === 'shared')
    return [`free: ${memory(stranded.memoryMiB ?? 0)}`]
  return (stranded.memoryMiB ?? 0) === 0 && (stranded.sm ?? 0) === 0 ? [] : [`stranded: ${strandedText(stranded)}`]
}

function describe({ kind, model, mode, settings, memoryMiB, backing }: Device): string {
  const what = `${kindNames[kind]}, ${model}, ${modeText(mode, settings)}, ${memory(memoryMiB)}`
  return kind === 'virtual-gpu' ? `${what}. ${backing}` : what
}
