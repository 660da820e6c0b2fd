import type { ErrorShape } from '@contract/errors'
import type { Imported } from '../smi/additions'
import { onScopeDispose, readonly, shallowRef, watch } from 'vue'
import { call, shapeOf } from '../bridge'
import { bytes } from '../format'
import { mostText, readTextFile } from '../smi/readTextFile'

/** Someone who types is left in peace until they pause. */
const pauseMs = 350

/** Text of nvidia-smi, read by the lab a moment after each change. Of several answers only the last text's counts. */
export function useSmiImport() {
  const text = shallowRef('')
  const answer = shallowRef<Imported | null>(null)
  const error = shallowRef<ErrorShape | null>(null)
  const busy = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let newest = 0

  function refuse(message: string) {
    answer.value = null
    error.value = { code: 'invalid_input', message, retryable: false }
  }

  async function read(asked: string) {
    const own = newest
    try {
      const imported = await call('smi.import', { text: asked })
      if (own !== newest)
        return
      answer.value = imported
      error.value = null
    }
    catch (thrown) {
      if (own !== newest)
        return
      answer.value = null
      error.value = shapeOf(thrown)
    }
    busy.value = false
  }

  /** What was asked before counts no longer. */
  function forget() {
    clearTimeout(timer)
    newest += 1
    busy.value = false
  }

  function settle(now: string) {
    forget()
    if (now.trim() === '') {
      answer.value = null
      error.value = null
    }
    else if (now.length > mostText) {
      refuse(`This text is longer than the ${bytes(mostText)} that can be read. Paste the output of nvidia-smi alone, or of fewer GPUs at a time.`)
    }
    else {
      busy.value = true
      timer = setTimeout(read, pauseMs, now)
    }
  }

  watch(text, settle)
  onScopeDispose(forget)

  /** Puts a file's text in place of what is there; a file that cannot be read leaves it and says why. */
  async function takeFile(file: File | undefined) {
    if (!file)
      return
    const content = await readTextFile(file)
    forget()
    if ('refused' in content)
      refuse(content.refused)
    else if (content.text === text.value)
      settle(content.text)
    else
      text.value = content.text
  }

  return { text, answer: readonly(answer) as Readonly<typeof answer>, error: readonly(error), busy: readonly(busy), takeFile }
}
