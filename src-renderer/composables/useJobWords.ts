import type { JobSummary } from '@contract/model'
import { computed } from 'vue'
import { pause, plural } from '../format'
import { needWords } from '../need'
import { useCatalog } from '../stores/catalog'
import { useDevices } from '../stores/devices'
import { movingWords } from '../words'

/** Names for what a job points at: its model, and the slice that it runs or ran on or asks for. */
export function useJobWords(job: () => JobSummary) {
  const catalog = useCatalog()
  const devices = useDevices()
  const deviceName = (id: string) => devices.byId(id)?.name ?? id
  const placeName = ({ profile, device }: NonNullable<JobSummary['slice']>) => `${profile} · ${deviceName(device)}`

  const modelName = computed(() => catalog.nameOf(job().model))
  const sliceName = computed(() => {
    const { slice, request } = job()
    if (slice)
      return placeName(slice)
    const wanted = [request.profile ?? (request.need ? needWords(request.need) : 'any slice'), request.device && deviceName(request.device)].filter(Boolean)
    return `asks for ${wanted.join(' on ')}`
  })

  /** Where the job is being moved to and how far that is, in words; null while it stays. */
  const movingTo = computed(() => {
    const { moving } = job()
    return moving ? movingWords[moving.phase](placeName(moving.slice)) : null
  })

  /** How often it was moved and what the last move cost it; null where it never was. */
  const movesWords = computed(() => {
    const { moves, lastPauseMs } = job()
    return moves === 0 ? null : `${plural(moves, 'time')}${lastPauseMs === null ? '' : `, last pause ${pause(lastPauseMs)}`}`
  })

  return { modelName, sliceName, deviceName, movingTo, movesWords }
}
