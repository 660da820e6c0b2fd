import type { MoveTarget } from '@contract/model'
import { onScopeDispose } from 'vue'
import { call } from '../bridge'
import { pulled } from '../stores/pulled'

/** Where a running job could go, followed while someone chooses. */
export function useMoveTargets(id: string) {
  const targets = pulled<readonly MoveTarget[]>([], () => call('jobs.moveTargets', { id }), changed => changed.topics.includes('devices'))
  onScopeDispose(targets.stop)
  return targets
}
