import type { SmiText } from './smiText'
import { TrancheError } from '../../contract/errors'
import { createCollector } from './collector'
import { cleanText, linesOf } from './lines'
import { readListing } from './readListing'
import { readMessages } from './readMessages'
import { readPlacements } from './readPlacements'
import { readQuery } from './readQuery'
import { readTables } from './readTables'
import { readXml } from './readXml'

/**
 * Reads the output of `nvidia-smi -q -x`, `nvidia-smi -q`, `nvidia-smi -L` and `nvidia-smi mig -lgip`, `-lgipp` and `-lgi`:
 * any of them, in any order, of one machine, with whatever else a terminal or an editor put around it. Where two of them
 * tell the same, the later one counts. Takes time and memory in proportion to the text.
 *
 * Throws `invalid_input` where there is no such output in the text.
 */
export function readSmiText(text: string): SmiText {
  const clean = cleanText(text)
  const collector = createCollector()
  const tables = readTables(collector)
  const query = readQuery(collector)
  const readers = [readPlacements(collector), readListing(collector), query.read, readMessages(collector)]
  let last = 1
  for (const { line, number } of linesOf(clean)) {
    // The tables see every line, as any other line ends one.
    if (!tables.read(line, number))
      readers.some(read => read(line, number))
    last = number
  }
  tables.end()
  query.end(last)
  readXml(clean, collector)
  const read = collector.finish()
  if (read.devices.length === 0 && read.problems.length === 0)
    throw new TrancheError('invalid_input', 'There is no GPU in this text. Give the output of nvidia-smi -q -x, nvidia-smi -q or nvidia-smi -L, and of nvidia-smi mig -lgip, -lgipp and -lgi, in one text.')
  return read
}
