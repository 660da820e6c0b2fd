import type { Collector, QueriedGpu } from './collector'
import type { LineReader } from './smiText'
import { sizeMiBOf } from './numbers'

interface OpenGpu extends QueriedGpu {
  readonly busId: string
  /** Indentation of its own fields; those of a section below it are deeper. */
  indent: number | null
  section: string
}

/**
 * The plain text of `nvidia-smi -q`: a head line for each GPU, its fields, and its sections with deeper fields. The
 * memory of a MIG device under a GPU is one level deeper still, so it is not taken for the GPU's.
 *
 * @returns the reader, and what to call at the end of the text
 */
export function readQuery(collector: Collector): { readonly read: LineReader, readonly end: (lastLine: number) => void } {
  let gpu: OpenGpu | null = null
  let next = 0
  /** The index that the last command asked for. */
  let asked = 0

  function end(lastLine: number): void {
    if (gpu && (gpu.name === null || gpu.memoryMiB === null))
      collector.problem(lastLine, `The text does not tell the ${gpu.name === null ? 'product name' : 'memory'} of GPU ${gpu.busId}; it may break off here. Take the whole output of nvidia-smi -q.`)
    if (gpu)
      collector.queried(gpu)
    gpu = null
  }

  function field(open: OpenGpu, indent: number, label: string, value: string): void {
    const isOwn = indent === open.indent
    if (isOwn)
      open.section = ''
    if (isOwn && label === 'Product Name')
      open.name = value
    else if (isOwn && label === 'GPU UUID')
      open.uuid = value
    else if (open.section === 'MIG Mode' && label === 'Current')
      open.migEnabled = migOf(value)
    else if (open.section === 'FB Memory Usage' && label === 'Total')
      open.memoryMiB = sizeMiBOf(value)
  }

  function read(line: string, number: number): boolean {
    if (/^=+ *NVSMI LOG *=+$/.test(line)) {
      end(number - 1)
      next = asked
      asked = 0
      return true
    }
    if (line.includes('nvidia-smi ') && / (?:-q|--query)(?: |$)/.test(line)) {
      end(number - 1)
      asked = Number(/ (?:-i|--id)[ =](\d{1,4})(?: |$)/.exec(line)?.[1] ?? 0)
      return true
    }
    const [, busId] = /^GPU ([\dA-F]{4,8}:[\dA-F]{2}:[\dA-F]{2}\.[\dA-F])$/i.exec(line) ?? []
    if (busId !== undefined) {
      end(number - 1)
      gpu = { index: next, line: number, busId, name: null, uuid: null, migEnabled: null, memoryMiB: null, indent: null, section: '' }
      next += 1
      return true
    }
    if (!gpu)
      return false
    const indent = line.length - line.trimStart().length
    gpu.indent ??= indent
    const colon = line.indexOf(' : ')
    if (indent < gpu.indent || (indent === 0 && colon === -1)) {
      end(number - 1)
      return false
    }
    if (colon !== -1)
      field(gpu, indent, line.slice(0, colon).trim(), line.slice(colon + 3).trim())
    else if (indent === gpu.indent)
      gpu.section = line.trim()
    return true
  }

  return { read, end }
}

/** `Enabled`, `Disabled`; null for `N/A`, where the GPU has no MIG. */
export function migOf(value: string): boolean | null {
  return value === 'Enabled' ? true : value === 'Disabled' ? false : null
}
