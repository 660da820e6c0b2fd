import type { ConfineRules } from '../../../src-main/runtime/worker/confine/confine'
import type { AttemptName } from './attempts'
import process from 'node:process'
import { confine } from '../../../src-main/runtime/worker/confine/confine'
import { endWithParent } from '../../../src-main/runtime/worker/confine/endWithParent'
import { openParentPort } from '../../../src-main/runtime/worker/parentPort'

export type ToConfined = { readonly confine: ConfineRules } | { readonly attempt: AttemptName, readonly given: readonly string[] }

/** A stand-in for a worker: confines itself and tries what it is told to. Its libraries come after, as a worker's do. */
const port = openParentPort()
endWithParent()

port.onMessage(message => void answer(message as ToConfined))
port.onClosed(() => process.exit(0))
port.post({ ready: true })

async function answer(message: ToConfined): Promise<void> {
  if ('confine' in message) {
    port.post({ isolation: confine(message.confine) })
    return
  }
  const { attempts } = await import('./attempts')
  try {
    const attempt: (...given: string[]) => unknown = attempts[message.attempt]
    port.post({ ok: true, value: await attempt(...message.given) })
  }
  catch (thrown) {
    port.post({ ok: false, why: thrown instanceof Error ? thrown.message : String(thrown) })
  }
}
