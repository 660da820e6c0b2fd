/** What a file that is not an ONNX model seems to be, and what to do about it. */
export interface Lookalike {
  readonly looksLike: string
  readonly advice: string
}

const download = 'Download the model file itself, then add it again.'
const unpack = 'Unpack it and add the .onnx file inside.'
const exportIt = 'Export the model to ONNX first, then add the .onnx file.'

/** Magic numbers by offset; longer and surer ones first. */
const signatures: readonly { readonly at: number, readonly magic: string, readonly looksLike: string, readonly advice: string }[] = [
  { at: 0, magic: 'version https://git-lfs', looksLike: 'a Git LFS pointer, not the file it points to', advice: 'Run `git lfs pull` in the repository it came from, then add the model again.' },
  { at: 257, magic: 'ustar', looksLike: 'a tar archive', advice: unpack },
  { at: 4, magic: 'ORTM', looksLike: 'a model in ORT format', advice: 'Add the .onnx file it was made from.' },
  { at: 4, magic: 'TFL3', looksLike: 'a TensorFlow Lite model', advice: exportIt },
  { at: 0, magic: 'GGUF', looksLike: 'a GGUF model', advice: exportIt },
  { at: 0, magic: '\x89HDF', looksLike: 'an HDF5 (Keras) file', advice: exportIt },
  { at: 0, magic: '\x93NUMPY', looksLike: 'a NumPy array', advice: 'Give it to a job as an input, not as a model.' },
  { at: 0, magic: 'PK\x03\x04', looksLike: 'a zip archive (PyTorch checkpoints are zip archives too)', advice: `${unpack} ${exportIt}` },
  { at: 0, magic: '\x1F\x8B', looksLike: 'a gzip archive', advice: unpack },
  { at: 0, magic: '\xFD7zXZ', looksLike: 'an xz archive', advice: unpack },
  { at: 0, magic: '\x28\xB5\x2F\xFD', looksLike: 'a zstd archive', advice: unpack },
  { at: 0, magic: 'BZh', looksLike: 'a bzip2 archive', advice: unpack },
  { at: 0, magic: '7z\xBC\xAF', looksLike: 'a 7z archive', advice: unpack },
  { at: 0, magic: '\x7FELF', looksLike: 'a program or library', advice: download },
  { at: 0, magic: 'MZ', looksLike: 'a program or library', advice: download },
]

/** Bytes of the start that `sniff` wants to see. */
export const sniffBytes = 512

/** Looks at the first bytes of a file. Null where nothing is recognised, which an ONNX model never is. */
export function sniff(head: Uint8Array): Lookalike | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1')
  const found = signatures.find(({ at, magic }) => text.startsWith(magic, at))
  if (found !== undefined)
    return { looksLike: found.looksLike, advice: found.advice }
  if (isPickle(head))
    return { looksLike: 'a Python pickle (an old PyTorch checkpoint), which is never opened because it can run code', advice: exportIt }
  const start = text.replace(/^(?:\xEF\xBB\xBF)?\s+/, '').slice(0, 64).toLowerCase()
  if (start.startsWith('<!doctype') || start.startsWith('<html'))
    return { looksLike: 'a web page, most likely an error or login page saved under the name of the model', advice: download }
  if (start.startsWith('<?xml'))
    return { looksLike: 'an XML file (OpenVINO models are XML)', advice: exportIt }
  if (text.startsWith('\0\0\0\0{"', 4))
    return { looksLike: 'a safetensors file', advice: exportIt }
  if (start.startsWith('{"') || start.startsWith('[') || start.startsWith('{\n'))
    return { looksLike: 'a JSON file', advice: download }
  return null
}

/** Pickle protocols 2 to 5: 0x80 and the number, then a long integer, a frame, or the start of a container or global. */
function isPickle(head: Uint8Array): boolean {
  const [first, protocol, next] = head
  return first === 0x80 && protocol !== undefined && protocol >= 2 && protocol <= 5
    && next !== undefined && [0x8A, 0x95, ...Buffer.from('(c]})')].includes(next)
}
