import type { TensorEntry } from './tensorEntry'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../contract/errors'
import { quoted } from './printable'
import { neededBytes } from './tensorEntry'

/**
 * Why a tensor's data outside the model must not or cannot be read, or null. Rules: a relative path with `/`, inside the
 * model's own folder, every part of it real: ONNX Runtime follows hard links (and older versions symbolic ones) out of
 * the folder, and gives an address in memory the form of a path, which therefore has to exist as a file as well.
 */
export function externalDataProblem(entry: TensorEntry, folder: string): string | null {
  const of = `the data of tensor ${quoted(entry.name)}`
  const locations = valuesOf(entry, 'location')
  const [location] = locations
  if (location === undefined || locations.length > 1)
    return `${of} is said to be in another file, but ${locations.length === 0 ? 'none' : 'more than one'} is named`
  const shown = quoted(location)
  const pathProblem = locationProblem(location)
  if (pathProblem !== null)
    return `${of} is in ${shown}: ${pathProblem}`
  const found = inspect(folder, location)
  return typeof found === 'string' ? `${of} is in ${shown}: ${found}` : rangeProblem(entry, found.size, `${of} in ${shown}`)
}

/** Why a location is not a plain relative path below the model's folder, or null. */
function locationProblem(location: string): string | null {
  if (location === '')
    return 'the name is empty'
  if (location.includes('\0'))
    return 'the name holds a NUL character'
  if (location.includes('\\') || /^[a-z]:/i.test(location))
    return 'Windows paths are not accepted, only names relative to the model'
  if (location.startsWith('/'))
    return 'absolute paths are not accepted, only names relative to the model'
  const parts = location.split('/')
  if (parts.some(part => part === '' || part === '.' || part === '..'))
    return 'it leads out of the folder of the model, or is not written plainly'
  return null
}

function inspect(folder: string, location: string): { readonly size: number } | string {
  let path = folder
  try {
    const parts = location.split('/')
    for (const [index, part] of parts.entries()) {
      path = join(path, part)
      const stat = lstatSync(path)
      if (stat.isSymbolicLink())
        return 'it is, or goes through, a symbolic link'
      if (index < parts.length - 1)
        continue
      if (!stat.isFile())
        return 'it is not a file'
      if (stat.nlink > 1)
        return 'it is a hard link; copy the file so that it has only this name'
      return { size: stat.size }
    }
  }
  catch (error) {
    return systemCode(error) === 'ENOENT' ? 'there is no such file beside the model' : `it cannot be read (${systemCode(error) ?? 'unknown reason'})`
  }
  return 'it is not a file'
}

function rangeProblem(entry: TensorEntry, size: number, what: string): string | null {
  const offset = wholeNumber(entry, 'offset')
  const length = wholeNumber(entry, 'length')
  if (offset === undefined || length === undefined)
    return `${what} has an offset or a length that is not a whole number`
  const needed = neededBytes(entry)
  if (needed !== null && length !== null && length !== needed)
    return `${what} is ${length} bytes long, but its shape needs ${needed}`
  const end = (offset ?? 0n) + (length ?? needed ?? 0n)
  return end > BigInt(size) ? `${what} ends at byte ${end}, but the file has ${size}` : null
}

/** The number under a key, null where the key is absent, undefined where it is not one whole number. */
function wholeNumber(entry: TensorEntry, key: string): bigint | null | undefined {
  const values = valuesOf(entry, key)
  const [value] = values
  if (value === undefined)
    return null
  return values.length === 1 && /^\d{1,18}$/.test(value) ? BigInt(value) : undefined
}

function valuesOf(entry: TensorEntry, key: string): string[] {
  return (entry.external ?? []).filter(([name]) => name === key).map(([, value]) => value)
}
