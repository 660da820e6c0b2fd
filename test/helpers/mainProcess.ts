import type { ElectronApplication } from 'playwright-core'

/**
 * Playwright has V8's inspector wait for the answer of a call into the main process, and the inspector holds what it waits
 * for weakly: where a garbage collection falls in between, the call was made and only its answer is lost. Later versions of
 * V8 hold it (V8 change 8123081).
 */
const isLostAnswer = (thrown: unknown) => thrown instanceof Error && thrown.message.includes('promise was garbage collected')

/** From now on `evaluate` of this app asks again when its answer was lost. What it runs must bear being run twice. */
export function askAgainForLostAnswers(electron: ElectronApplication): void {
  const once = electron.evaluate.bind(electron) as (...given: unknown[]) => Promise<unknown>
  const evaluate = async (...given: unknown[]): Promise<unknown> => {
    try {
      return await once(...given)
    }
    catch (thrown) {
      if (!isLostAnswer(thrown))
        throw thrown
      return evaluate(...given)
    }
  }
  Object.assign(electron, { evaluate, evaluateOnce: once })
}

/** Runs something in the main process exactly once; there is no answer. */
export async function tell(electron: ElectronApplication, order: (modules: typeof Electron.CrossProcessExports) => unknown): Promise<void> {
  const { evaluateOnce } = electron as unknown as { evaluateOnce: (order: unknown) => Promise<unknown> }
  await evaluateOnce(order).catch((thrown: unknown) => {
    if (!isLostAnswer(thrown))
      throw thrown
  })
}
