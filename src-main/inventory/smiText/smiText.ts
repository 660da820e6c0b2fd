import type { CallOutput } from '../../contract/calls'

type Imported = CallOutput<'smi.import'>

export type SmiDevice = Omit<Imported['devices'][number], 'model'>
export type SmiProfile = SmiDevice['profiles'][number]
export type SmiInstance = SmiDevice['instances'][number]
export type SmiProblem = Imported['problems'][number]

/** What the text of nvidia-smi tells, before any table is asked. */
export interface SmiText {
  /** By index, ascending. */
  readonly devices: SmiDevice[]
  /** What could not be read, by line, ascending. */
  readonly problems: SmiProblem[]
  /** Indexes of the devices whose list of profiles breaks off, so that a profile may be missing only from the text. */
  readonly brokenOff: readonly number[]
}

/**
 * Reads one kind of line. A reader keeps what it needs from line to line.
 *
 * @param line not blank, without its end, and of a bounded length
 * @param number of the line, from 1
 * @returns whether the line was its
 */
export type LineReader = (line: string, number: number) => boolean
