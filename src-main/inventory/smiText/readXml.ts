import type { Collector, QueriedGpu } from './collector'
import { lineCounter } from './lines'
import { sizeMiBOf } from './numbers'
import { migOf } from './readQuery'

// After the name comes a blank or a slash, so that there is one way only to match, and none is tried twice.
const tags = /<(\/?)([A-Z_][\w.-]{0,60})((?:[\s/][^<>]{0,300})?)>/gi
/** Nothing that is wanted lies deeper. */
const longestPath = 10
const longestValue = 200

type Take = (gpu: QueriedGpu, value: string) => void

/** What is wanted of a `<gpu>`, by the path below it. */
const wanted: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['product_name', (gpu, value) => { gpu.name = decoded(value) }],
  ['uuid', (gpu, value) => { gpu.uuid = value }],
  ['mig_mode/current_mig', (gpu, value) => { gpu.migEnabled = migOf(value) }],
  ['fb_memory_usage/total', (gpu, value) => { gpu.memoryMiB = sizeMiBOf(value) }],
])

/**
 * The GPUs of `nvidia-smi -q -x`, anywhere in the text. Only tags are looked at, each in a bounded stretch of text: there is
 * no document type, no entity is ever defined or expanded, and no name of the text becomes the name of a property.
 */
export function readXml(text: string, collector: Collector): void {
  const lineAt = lineCounter(text)
  let gpu: QueriedGpu | null = null
  let path: string[] = []
  let next = 0
  let isOpen = false
  let valueFrom = 0

  function endGpu(): void {
    if (gpu?.uuid)
      collector.queried(gpu)
    gpu = null
    path = []
  }

  for (const tag of text.matchAll(tags)) {
    const [whole, slash, name, attributes] = tag
    const isEnd = slash === '/'
    if (name === 'nvidia_smi_log') {
      endGpu()
      isOpen = !isEnd
      next = 0
    }
    else if (name === 'gpu' && (isEnd ? path.length === 0 : /\sid\s*=/.test(attributes))) {
      endGpu()
      if (isEnd)
        continue
      gpu = { index: next, line: lineAt(tag.index), name: null, uuid: null, migEnabled: null, memoryMiB: null }
      next += 1
    }
    else if (gpu && isEnd) {
      wanted.get(path.join('/'))?.(gpu, text.slice(valueFrom, Math.min(tag.index, valueFrom + longestValue)).trim())
      const at = path.lastIndexOf(name)
      path = at === -1 ? path : path.slice(0, at)
    }
    else if (gpu && !attributes.endsWith('/') && path.length < longestPath) {
      path.push(name)
      valueFrom = tag.index + whole.length
    }
  }
  endGpu()
  if (isOpen)
    collector.problem(lineAt(text.length), 'The XML of nvidia-smi -q -x breaks off before its end. What is whole above was read.')
}

/** The five entities that XML has by itself. */
function decoded(value: string): string {
  const entities: ReadonlyMap<string, string> = new Map([['&lt;', '<'], ['&gt;', '>'], ['&quot;', '"'], ['&apos;', '\''], ['&amp;', '&']])
  return value.replace(/&(?:lt|gt|quot|apos|amp);/g, entity => entities.get(entity) ?? entity)
}
