import type { Collector } from './collector'
import type { LineReader, SmiInstance, SmiProfile } from './smiText'
import { decimalOf } from './numbers'

const titles = { 'GPU instance profiles:': 'profiles', 'GPU instances:': 'instances' } as const
type TableKind = typeof titles[keyof typeof titles]

interface OpenTable {
  readonly kind: TableKind
  lastLine: number
  /** Whether the last line is one that a table can end with. */
  isClosed: boolean
  gpu: number | null
}

/**
 * The tables of `nvidia-smi mig -lgip` and `-lgi`. Columns are read by their order and not by their place, as widths differ
 * between drivers. The further rows of a profile tell its engines and are passed over.
 *
 * @returns the reader, and what to call at the end of the text
 */
export function readTables(collector: Collector): { readonly read: LineReader, readonly end: () => void } {
  let table: OpenTable | null = null
  let count = 0
  let lastReported = 0

  function end(): void {
    if (table && !table.isClosed) {
      if (lastReported !== table.lastLine)
        collector.problem(table.lastLine, `The table of GPU ${table.kind === 'profiles' ? 'instance profiles' : 'instances'} breaks off here. What is whole above was read.`)
      if (table.kind === 'profiles' && table.gpu !== null)
        collector.brokenOff(table.gpu)
    }
    table = null
  }

  /** A row without a title above it (a part of a table, or what grep left of one) is read by its columns too. */
  function row(line: string, number: number): boolean {
    const [, gpu, name, rest] = /^\|{1,2} *(\d{1,4}) +MIG +(\S{1,40})(.*)$/.exec(line) ?? []
    if (gpu === undefined)
      return false
    const index = Number(gpu)
    const columns = rest.replace(/\|{1,2}$/, '').trim().split(/ +/)
    const isWhole = rest.endsWith('|')
    const profile = isWhole ? profileOf(name, columns) : null
    const instance = isWhole ? instanceOf(name, columns) : null
    if (table)
      table.gpu = index
    if (profile)
      collector.profile(index, profile)
    else if (instance)
      collector.instance(index, instance, count)
    else
      refuseRow(index, name, number)
    return true
  }

  function refuseRow(index: number, name: string, number: number): void {
    collector.problem(number, `This row of GPU ${index}, MIG ${name}, is not whole or not of a known form. It was left out.`)
    collector.brokenOff(index)
    lastReported = number
  }

  function read(line: string, number: number): boolean {
    const text = line.trim()
    const isRow = text.startsWith('|')
    if (!isRow && !text.startsWith('+--')) {
      // A cut-off border is the only other line that a table can hold.
      if (table && !/^\+-*$/.test(text))
        end()
      return false
    }
    const kind = isRow ? titleOf(text) : null
    if (kind) {
      end()
      count += 1
      table = { kind, lastLine: number, isClosed: false, gpu: null }
      return true
    }
    if (table) {
      table.lastLine = number
      table.isClosed = !isRow && text.endsWith('-+') && table.gpu !== null
    }
    return isRow ? row(text, number) || table !== null : table !== null
  }

  return { read, end }
}

function titleOf(row: string): TableKind | null {
  const title = row.replace(/\|/g, '').trim()
  return title === 'GPU instance profiles:' || title === 'GPU instances:' ? titles[title] : null
}

/** `19  7/7  4.75  No  14  0  0`: id, free and total, GiB, peer to peer, multiprocessors, engines. */
function profileOf(name: string, columns: readonly string[]): SmiProfile | null {
  const [id, counts, memory, , sm] = columns
  const [, total] = /^\d{1,3}\/(\d{1,3})$/.exec(counts ?? '') ?? []
  if (columns.length < 5 || !isCount(id) || total === undefined)
    return null
  return { id: Number(id), name, memoryGiB: decimalOf(memory), sm: isCount(sm) ? Number(sm) : null, maxInstances: Number(total), starts: null, size: null }
}

/** `19  13  6:1`: profile id, instance id, start and size. */
function instanceOf(name: string, columns: readonly string[]): SmiInstance | null {
  const [profileId, instanceId, place] = columns
  const [, start, size] = /^(\d{1,3}):(\d{1,3})$/.exec(place ?? '') ?? []
  if (columns.length !== 3 || !isCount(profileId) || !isCount(instanceId) || start === undefined || Number(size) === 0)
    return null
  return { profile: name, profileId: Number(profileId), instanceId: Number(instanceId), start: Number(start), size: Number(size) }
}

function isCount(text: string): boolean {
  return /^\d{1,5}$/.test(text)
}
