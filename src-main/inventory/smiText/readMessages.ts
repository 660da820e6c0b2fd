import type { Collector } from './collector'
import type { LineReader } from './smiText'

/**
 * What nvidia-smi says where there is nothing to list. A message is about the GPU that the command above it asked for
 * with `-i`, or about all.
 */
export function readMessages(collector: Collector): LineReader {
  let asked: number | 'all' = 'all'
  return (line, number) => {
    const text = line.trim()
    if (text.includes('nvidia-smi ')) {
      const [, index] = / (?:-i|--id)[ =](\d{1,4})(?: |$)/.exec(text) ?? []
      asked = index === undefined ? 'all' : Number(index)
    }
    else if (/^No MIG-(?:enabled|supported) devices found/.test(text)) {
      collector.noInstances(asked, true)
    }
    else if (text.startsWith('No GPU instances found')) {
      collector.noInstances(asked, false)
    }
    else if (text.endsWith('Insufficient Permissions')) {
      collector.problem(number, 'nvidia-smi was not allowed to tell more. Run it as root (sudo) and import its output again.')
    }
    else if (text.startsWith('NVIDIA-SMI has failed') || text === 'No devices were found') {
      collector.problem(number, `nvidia-smi found no GPU: ${text.slice(0, 200)}`)
    }
    else {
      return false
    }
    return true
  }
}
