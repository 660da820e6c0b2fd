import type { Answer } from './answers'
import type { Nvml } from './library'

/** Collects what could not be read, so that a reading goes on without it. */
export interface Problems {
  readonly sentences: string[]
  /** The answer's value; or null, with a sentence that `what` could not be read and why. */
  readonly orNull: <T>(what: string, answer: Answer<T>) => T | null
  readonly note: (what: string, code: number) => void
}

export function createProblems(nvml: Nvml): Problems {
  const sentences: string[] = []
  function note(what: string, code: number): void {
    const sentence = `${what}: ${nvml.textOf(code)}`
    if (!sentences.includes(sentence))
      sentences.push(sentence)
  }
  return {
    sentences,
    note,
    orNull(what, answer) {
      if (answer.ok)
        return answer.value
      note(what, answer.code)
      return null
    },
  }
}
