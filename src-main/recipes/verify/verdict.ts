import { TrancheError } from '../../contract/errors'
import { runtimeMessage } from '../onnx/openModel'
import { printable } from '../onnx/printable'

export const caseStatuses = ['pass', 'mismatch', 'error', 'unsupported'] as const

export type CaseStatus = typeof caseStatuses[number]

/** What became of one case. */
export interface CaseResult {
  /** Its folder below the folder that was asked for, safe to show. */
  readonly name: string
  readonly status: CaseStatus
  /** Why it did not pass, in words; empty if it did. */
  readonly detail: string
  /** Over all numbers that both sides have; absent where none were compared, or none is finite. */
  readonly maxAbsoluteDifference?: number
  /** Of the expected number, where that is not 0. */
  readonly maxRelativeDifference?: number
  /** Data sets that were compared to their end. */
  readonly dataSets: number
}

/** A case that cannot run here, because no part of this version does what its model asks for. */
export class UnsupportedCase extends Error {
  override readonly name = 'UnsupportedCase'
}

/** What ONNX Runtime says where it lacks an operator, an operator set or a type. Its JavaScript API tells no error codes. */
const lacks: readonly RegExp[] = [
  /could not find an implementation for/i,
  /\bnot[ _]implemented\b/i,
  /is not a registered function\/op/i,
  /no op registered for/i,
  /unsupported model ir version/i,
  /opset \d+ is under development/i,
  /unsupported data type/i,
  /non[- ]tensor type is (?:temporarily )?not supported/i,
]

/** Why a case did not come to a comparison. */
export function whyNot(thrown: unknown): { readonly status: 'error' | 'unsupported', readonly detail: string } {
  if (thrown instanceof UnsupportedCase || (thrown instanceof TrancheError && thrown.options.details?.unsupported === true))
    return { status: 'unsupported', detail: printable(thrown.message) }
  const detail = missingLocale(thrown) ?? runtimeMessage(thrown)
  // A message of Tranche's own may quote a file; only the runtime's words decide.
  const said = thrown instanceof TrancheError ? thrown.options.cause : thrown
  // Of the whole message: what is shown of it may end before the reason.
  const whole = said instanceof Error ? said.message : String(said ?? '')
  const status = lacks.some(words => words.test(whole)) ? 'unsupported' : 'error'
  return { status, detail }
}

/** StringNormalizer compares words by a locale of the host, and ends with a compiler's name where the host has none such. */
function missingLocale(thrown: unknown): string | null {
  const locale = /failed to construct locale with name:([\w.@-]{1,40}):/i.exec(thrown instanceof Error ? thrown.message : '')?.[1]
  return locale === undefined ? null : `This host lacks the locale ${locale}, which the model compares words by. Install its language pack, then run the case again.`
}
