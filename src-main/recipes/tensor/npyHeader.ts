/** What the header of a .npy file says: the values of its three keys. */
export interface NpyHeader {
  readonly descr: string
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
}

const maxAxes = 64

/**
 * Reads the header of a .npy file: a Python literal such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`
 * with exactly these keys in any order (numpy.lib.format, versions 1.0 to 3.0). Only this form is understood, nothing is
 * evaluated. Returns a clause that says what is wrong, where something is.
 */
export function parseNpyHeader(text: string): NpyHeader | string {
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1]
  if (body === undefined)
    return 'has a header that is not a dictionary'
  const values = new Map<string, string>()
  let rest = body.trim()
  while (rest !== '') {
    const entry = /^(['"])(\w{1,32})\1\s*:\s*('[^'\\]*'|"[^"\\]*"|\([^()]*\)|\w+|\[.*\])\s*(?:,\s*|$)/s.exec(rest)
    const [whole, , key, value] = entry ?? []
    if (whole === undefined || key === undefined || value === undefined || values.has(key))
      return 'has a header that cannot be understood'
    values.set(key, value)
    rest = rest.slice(whole.length)
  }
  const descr = values.get('descr')
  const order = values.get('fortran_order')
  const shape = parseShape(values.get('shape'))
  if (values.size !== 3 || descr === undefined || (order !== 'True' && order !== 'False'))
    return 'has a header without exactly descr, fortran_order and shape'
  if (shape === null)
    return 'has a shape that is not a tuple of whole numbers'
  if (descr.startsWith('['))
    return 'holds records with several fields; save one field as a plain array'
  return { descr: descr.slice(1, -1), fortranOrder: order === 'True', shape }
}

/** `()`, `(3,)`, `(3, 4)`; Python 2 wrote an L after long numbers. */
function parseShape(text: string | undefined): number[] | null {
  const inner = /^\(([\d\sL,]*)\)$/.exec(text ?? '')?.[1]?.trim()
  if (inner === undefined)
    return null
  if (inner === '')
    return []
  const parts = inner.replace(/,$/, '').split(',').map(part => part.trim())
  if (parts.length > maxAxes || (parts.length === 1 && !inner.endsWith(',')))
    return null
  const dims = parts.map(part => /^\d{1,16}L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN)
  return dims.every(Number.isSafeInteger) ? dims : null
}
