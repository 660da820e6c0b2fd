import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export interface Question {
  readonly title: string
  readonly body: string
  /** Words on the button that does it. */
  readonly action: string
  /** It can be taken back: its button is no warning. */
  readonly isCalm?: boolean
}

/** One question at a time that a person must answer before something is undone or ended. */
export const useConfirm = defineStore('confirm', () => {
  const question = shallowRef<Question | null>(null)
  let resolve: (agreed: boolean) => void = () => {}

  function ask(asked: Question): Promise<boolean> {
    resolve(false)
    question.value = asked
    return new Promise((done) => {
      resolve = done
    })
  }

  function answer(agreed: boolean) {
    question.value = null
    resolve(agreed)
  }

  return { question, ask, answer }
})
