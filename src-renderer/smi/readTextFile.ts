import { bytes } from '../format'

/** As much text as one import takes, in bytes of a file and in characters. */
export const mostText = 8 * 1024 * 1024

/** Why text cannot be imported, in words for a person. */
export interface Refused { readonly refused: string }

/** Of a text file hardly a character is unreadable; of any other every few are. */
const mostUnreadable = 0.1

/**
 * The text of a file: UTF-8, or UTF-16 with its byte-order mark, as a Windows shell writes it. A file that is too large
 * is not read at all.
 */
export async function readTextFile(file: File): Promise<{ readonly text: string } | Refused> {
  if (file.size > mostText)
    return { refused: `“${file.name}” has ${bytes(file.size)}, and at most ${bytes(mostText)} can be read. Save the output of nvidia-smi alone, or of fewer GPUs at a time.` }
  const text = await decoded(file).catch(() => null)
  if (text === null)
    return { refused: `“${file.name}” could not be read. It may have been moved or changed since it was chosen; choose it again.` }
  if (text.trim() === '')
    return { refused: `“${file.name}” is empty. Perhaps nvidia-smi printed nothing, or only an error beside the file; run it again and look at what it says.` }
  return isBinary(text) ? { refused: `“${file.name}” is no text file. Save what nvidia-smi prints as text, for instance with nvidia-smi -q > gpus.txt, and choose that.` } : { text }
}

async function decoded(file: File): Promise<string> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  if (first === 0xFF && second === 0xFE)
    return new TextDecoder('utf-16le').decode(await file.arrayBuffer())
  if (first === 0xFE && second === 0xFF)
    return new TextDecoder('utf-16be').decode(await file.arrayBuffer())
  return file.text()
}

function isBinary(text: string): boolean {
  if (text.includes('\0'))
    return true
  return text.split('\uFFFD').length - 1 > text.length * mostUnreadable
}
