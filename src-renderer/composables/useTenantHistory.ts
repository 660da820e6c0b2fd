import type { UseHistory } from '@contract/model'
import { onScopeDispose, shallowRef } from 'vue'
import { call } from '../bridge'
import { createPoll } from '../stores/poll'

const everyMs = 10_000
const spanMs = 24 * 3_600_000
const buckets = 96

/** Use by tenants over the last day, followed while a page shows it. One that cannot be read leaves what was there. */
export function useTenantHistory() {
  const history = shallowRef<UseHistory | null>(null)
  const poll = createPoll(async () => {
    const toMs = Date.now()
    history.value = await call('tenants.history', { fromMs: toMs - spanMs, toMs, buckets }).catch(() => history.value)
  }, everyMs)
  onScopeDispose(poll.follow())
  return { history, sharesOf: (id: string) => history.value?.tenants.find(({ tenant }) => tenant === id)?.shares ?? [] }
}
