import type { FromWorker } from '../protocol'
import type { JobControl } from './jobControl'
import type { SessionCache } from './sessions'
import type { TurnGate } from './turnGate'
import type { ResultWriter } from './writer/resultWriter'

/** What a worker gives to each of its jobs. */
export interface JobTools {
  readonly sessions: SessionCache
  readonly threads: number
  readonly say: (message: FromWorker) => void
  readonly control: JobControl
  /** Its turns, where they are taken between two inputs. */
  readonly gate: TurnGate
  readonly writer: ResultWriter
}
