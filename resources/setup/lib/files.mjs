import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'

/**
 * @param {string} file
 * @returns {string | undefined} its text, or nothing when it cannot be read
 */
export function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  }
  catch {
    return undefined
  }
}

/**
 * Writes a file whole or not at all: readers see the old text or the new one.
 *
 * @param {string} file its folder is made when missing
 * @param {string} text
 */
export function writeWhole(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, text)
  renameSync(draft, file)
}

/**
 * @param {string} program
 * @returns {boolean} whether it is found along PATH
 */
export function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => folder && existsSync(join(folder, program)))
}
