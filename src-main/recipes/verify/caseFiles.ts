import { opendir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { systemCode, TrancheError } from '../../contract/errors'
import { printable } from '../onnx/printable'
import { maxInputBytes } from '../tensor/files'
import { unreadable } from '../tensor/unreadable'

/** Files of one data set, in the order of the model's inputs and outputs. Paths are real: no link is left in them. */
export interface DataSetFiles {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

export interface CaseFiles {
  readonly model: string
  readonly dataSets: readonly DataSetFiles[]
}

/** ONNX's own cases have a handful; a folder with more was not made for this. */
const maxEntries = 10_000

/**
 * The files of a case: `model.onnx`, and data sets `test_data_set_N` of `input_N.pb` and `output_N.pb`. Links may lead
 * anywhere within the case's folder and not out of it. Throws `unreadable_input` for a folder that is no case.
 */
export async function findCaseFiles(folder: string): Promise<CaseFiles> {
  const root = await real(folder)
  const model = await within(root, join(root, 'model.onnx'))
  const numbers = numbered(await list(root), /^test_data_set_(\d{1,6})$/)
  if (numbers.length === 0)
    throw unreadable(folder, 'has no data set: there is no folder test_data_set_0 beside model.onnx.')
  const dataSets: DataSetFiles[] = []
  for (const number of numbers)
    dataSets.push(await findDataSet(root, `test_data_set_${number}`))
  return { model, dataSets }
}

/** Reads a whole file of a data set, up to the size that any input may have. */
export async function readPart(path: string): Promise<Uint8Array> {
  const info = await failing(path, stat(path))
  if (!info.isFile())
    throw unreadable(path, 'is not a file.')
  if (info.size > maxInputBytes)
    throw new TrancheError('input_too_large', `${printable(path)} has ${Math.ceil(info.size / 2 ** 20)} MiB; up to ${maxInputBytes / 2 ** 20} MiB are accepted.`)
  return failing(path, readFile(path))
}

async function findDataSet(root: string, name: string): Promise<DataSetFiles> {
  const folder = await within(root, join(root, name))
  const names = await list(folder)
  const files = async (stem: string) => {
    const numbers = numbered(names, new RegExp(`^${stem}_(\\d{1,6})\\.pb$`))
    const gap = numbers.findIndex((number, position) => number !== String(position))
    if (gap !== -1)
      throw unreadable(join(name, `${stem}_${gap}.pb`), `is missing: ${name} has ${stem}_${numbers[gap]}.pb. Files are numbered from 0 without a gap.`)
    const paths: string[] = []
    for (const number of numbers)
      paths.push(await within(root, join(folder, `${stem}_${number}.pb`)))
    return paths
  }
  const outputs = await files('output')
  if (outputs.length === 0)
    throw unreadable(name, 'has no expected output: there is no file output_0.pb.')
  return { name, inputs: await files('input'), outputs }
}

/** The numbers in names that match, smallest first, as they are written. */
function numbered(names: readonly string[], pattern: RegExp): string[] {
  return names.flatMap(name => pattern.exec(name)?.[1] ?? []).sort((one, other) => Number(one) - Number(other))
}

async function list(folder: string): Promise<string[]> {
  const names: string[] = []
  const entries = await failing(folder, opendir(folder))
  for await (const { name } of entries) {
    if (names.push(name) > maxEntries)
      throw unreadable(folder, `holds more than ${maxEntries} files.`)
  }
  return names
}

/** The real path of something in the case. */
async function within(root: string, path: string): Promise<string> {
  const found = await real(path)
  if (!found.startsWith(root.endsWith(sep) ? root : root + sep))
    throw unreadable(path, 'is a link that leads out of the folder of its case. Copy the file there instead.')
  return found
}

function real(path: string): Promise<string> {
  return failing(path, realpath(path))
}

async function failing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  }
  catch (error) {
    throw unreadable(path, systemCode(error) === 'ENOENT' ? 'does not exist.' : `cannot be read (${systemCode(error) ?? 'unknown reason'}).`)
  }
}
