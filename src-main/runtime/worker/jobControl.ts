import type { Carry } from '../protocol'

/** Where a held job begins: with the first input from this index on, and the state of one that was left in its middle. */
export interface Beginning {
  readonly from: number
  readonly carry: Carry | null
}

export type JobControl = ReturnType<typeof createJobControl>

/** What the lab asks of a job while it runs. */
export function createJobControl(epoch: number) {
  let isCancelled = false
  let isYielding = false
  let begin: (beginning: Beginning | null) => void = () => {}
  const begun = new Promise<Beginning | null>(resolve => (begin = resolve))
  let ask: () => void = () => {}
  const asked = new Promise<void>(resolve => (ask = resolve))
  return {
    epoch,
    /** Resolves once a held job may begin; null if it never will. */
    begun,
    go: (beginning: Beginning): void => begin(beginning),
    /** Resolves once the job shall leave off. */
    asked,
    yield: (): void => {
      isYielding = true
      ask()
    },
    cancel: (): void => {
      isCancelled = true
      begin(null)
      ask()
    },
    isCancelled: (): boolean => isCancelled,
    isYielding: (): boolean => isYielding,
    /** Whether the job leaves off at the next point where it can. */
    shouldStop: (): boolean => isCancelled || isYielding,
  }
}
